import type { AuditFacts } from '../facts.js'
import type { OpenForTls, ServerAuditor } from '../server-auditor.js'
import { Audit, AUDIT_LIMITS, type AuditLimits } from './audit.js'
import { takesRenegotiation } from './client-renegotiation.js'
import { deepAudit } from './deep.js'
import { explainByHellos } from './explain.js'

/** A server that does not want to renegotiate often keeps silent. */
const RENEGOTIATION_MS = 3000

/** Asks servers by ClientHellos of our own, one connection after the other. */
export function helloAuditor(limits: AuditLimits = AUDIT_LIMITS): ServerAuditor {
  return Object.freeze({
    async explain(open: OpenForTls, signal: AbortSignal): Promise<AuditFacts | undefined> {
      const audit = new Audit(open, signal, limits)
      await explainByHellos(audit)
      return audit.isCut ? undefined : audit.facts(false)
    },
    async deep(open: OpenForTls, signal: AbortSignal): Promise<AuditFacts | undefined> {
      const audit = new Audit(open, signal, limits)
      await deepAudit(audit)
      const facts = audit.facts(true)
      if ((facts.suites['TLSv1.2'] ?? []).length > 0 && !audit.isCut) {
        const timeoutMs = Math.min(RENEGOTIATION_MS, limits.helloTimeoutMs)
        audit.features.clientRenegotiation = await takesRenegotiation(open, timeoutMs, signal)
      }
      return facts.hellos === 0 ? undefined : audit.facts(true)
    },
  })
}
