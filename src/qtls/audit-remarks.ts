import type { AuditFacts } from './facts.js'
import type { TlsProfile } from './tls-profile.js'

/** Names that are shown of a list. */
const SHOWN = 6

/**
 * What a server supports besides what it agrees on with us, and had better not: it does not change
 * the verdict, since the lane offers none of it.
 *
 * Shape   `now` in epoch milliseconds
 * Source  BSI TR-02102-2, lists of protocols, suites, groups and features
 */
export function auditRemarks(
  audit: AuditFacts,
  { guideline, dhMinBits }: TlsProfile,
  now: number,
): readonly string[] {
  if (!audit.isDeep) return []
  const year = new Date(now).getUTCFullYear()
  const current = (
    entries: readonly { readonly name: string; readonly until?: number | undefined }[],
  ): ReadonlySet<string> =>
    new Set(entries.filter(({ until = 9999 }) => until >= year).map(({ name }) => name))
  const spoken = Object.keys(audit.suites).filter(name => (audit.suites[name] ?? []).length > 0)
  const remarks: string[] = []
  const list = (what: string, names: readonly string[]): void => {
    if (names.length === 0) return
    const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
    remarks.push(`${what}: ${names.slice(0, SHOWN).join(', ')}${more}`)
  }
  const without = (known: ReadonlySet<string>, names: readonly string[]): readonly string[] =>
    [...new Set(names)].filter(name => !known.has(name))
  list('supports', spoken)
  list('protocols that are not recommended', without(current(guideline.protocol), spoken))
  list(
    'suites that are not recommended',
    without(current(guideline.suite), Object.values(audit.suites).flat()),
  )
  list(
    'groups that are not recommended',
    without(current(guideline.group), Object.values(audit.groups).flat()),
  )
  list(
    'signature schemes that are not recommended',
    without(current(guideline.signature_scheme), Object.values(audit.signatureSchemes).flat()),
  )
  if (audit.dhBits !== undefined && audit.dhBits < dhMinBits)
    remarks.push(`Diffie-Hellman group of ${audit.dhBits} bits, less than ${dhMinBits}`)
  if (audit.compression === true) remarks.push('compresses, which must be switched off')
  if (audit.heartbeat === true)
    remarks.push('has the heartbeat extension, which must be switched off')
  if (audit.clientRenegotiation === true)
    remarks.push('lets clients renegotiate, which it should refuse')
  if (audit.secureRenegotiation === false) remarks.push('does not know RFC 5746')
  if (audit.extendedMasterSecret === false) remarks.push('has no extended master secret')
  if (audit.encryptThenMac === false)
    remarks.push('does not encrypt before it authenticates in CBC')
  return remarks
}
