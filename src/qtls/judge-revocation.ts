import type { CertificateFacts } from './certificate.js'
import type { RevocationSource, SessionFacts } from './facts.js'
import { finding, type Finding } from './finding.js'

/** Clocks of authorities run ahead by minutes. */
const SKEW = 5 * 60_000
/** An OCSP answer without an end is as fresh as this, and so is a list without one. */
const DEFAULT_LIFE = 24 * 60 * 60_000

export interface RevocationJudgement {
  readonly findings: readonly Finding[]
  /** Epoch milliseconds until which the good answers hold. */
  readonly until: number
}

/**
 * Whether every certificate below the anchor is known not to be revoked, freshly and by somebody
 * who may say so. One good source suffices; one that says revoked counts whatever the others say.
 *
 * Shape   `path` are indexes into the chain of the session, the anchor not among them
 * Source  RFC 5280, 6.3; RFC 6960
 */
export function judgeRevocation(
  path: readonly { readonly index: number; readonly certificate: CertificateFacts }[],
  revocation: SessionFacts['revocation'],
  now: number,
): RevocationJudgement {
  const findings: Finding[] = []
  let until = Infinity
  for (const { index, certificate } of path) {
    const sources = revocation.find(status => status.index === index)?.sources ?? []
    const where = { certificate: certificate.subjectText, index }
    const revoked = sources.find(({ state }) => state === 'revoked')
    if (revoked !== undefined) {
      findings.push(finding('revoked', { ...where, ...sourceText(revoked) }))
      continue
    }
    const good = sources.filter(source => source.state === 'good' && isFresh(source, now))
    if (good.length > 0) {
      until = Math.min(until, Math.max(...good.map(endOf)))
      findings.push(...sources.flatMap(source => asideOf(source, good, where)))
      continue
    }
    findings.push(withoutGood(certificate, sources, where))
  }
  return { findings, until }
}

function withoutGood(
  { crlUrls, ocspUrls }: CertificateFacts,
  sources: readonly RevocationSource[],
  where: Readonly<Record<string, unknown>>,
): Finding {
  if (sources.length === 0 && crlUrls.length + ocspUrls.length === 0)
    return finding('revocation_no_source', where)
  const bad = sources.find(({ state }) => state === 'bad-signature')
  if (bad !== undefined)
    return finding('revocation_bad_signature', { ...where, ...sourceText(bad) })
  // A certificate may name nothing and come with a staple that says nothing of use.
  const states = sources.slice(0, 4).map(({ method, state }) => {
    return `${method}: ${state === 'good' ? 'stale' : state}`
  })
  return finding('revocation_unavailable', { ...where, states })
}

/** A source that says nothing beside one that does; another of its kind makes up for it. */
function asideOf(
  source: RevocationSource,
  good: readonly RevocationSource[],
  where: Readonly<Record<string, unknown>>,
): readonly Finding[] {
  if (good.includes(source)) return []
  const isCrl = source.method === 'crl'
  if (good.some(({ method }) => (method === 'crl') === isCrl)) return []
  const code = isCrl ? 'crl_unavailable' : 'ocsp_unavailable'
  return [finding(code, { ...where, ...sourceText(source), state: source.state })]
}

function sourceText({ method, url, revokedAt }: RevocationSource): Record<string, unknown> {
  return {
    method,
    ...(url === '' ? {} : { url }),
    ...(revokedAt === undefined ? {} : { revokedAt: new Date(revokedAt).toISOString() }),
  }
}

function isFresh(source: RevocationSource, now: number): boolean {
  return (source.thisUpdate ?? -Infinity) <= now + SKEW && endOf(source) > now
}

function endOf({ thisUpdate, nextUpdate }: RevocationSource): number {
  if (nextUpdate !== undefined) return nextUpdate
  return thisUpdate === undefined ? -Infinity : thisUpdate + DEFAULT_LIFE
}
