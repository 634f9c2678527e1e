import type { SessionFacts } from './facts.js'
import { finding, type Finding } from './finding.js'
import type { TlsProfile } from './tls-profile.js'

/** Suites without forward secrecy: the key travels under the certificate's, or is fixed. */
const WITHOUT_PFS = /^TLS_(?:RSA|DH_|ECDH_|PSK|KRB5|SRP|NULL)/

/**
 * Protocol, suite and group of a session by the rules of a profile at a time.
 *
 * Source  BSI TR-02102-2, sections on protocol versions, cipher suites, groups and key lengths
 */
export function judgeSession(
  session: SessionFacts,
  profile: TlsProfile,
  now: number,
): readonly Finding[] {
  const { protocol, suite, group, groupBits } = session
  if (protocol !== 'TLSv1.2' && protocol !== 'TLSv1.3')
    return [finding('protocol_too_old', { protocol })]
  const findings: Finding[] = []
  const year = new Date(now).getUTCFullYear()
  const listed = profile.guideline.suite.find(({ name }) => name === suite)
  const inForce = profile.guideline.protocol.find(({ name }) => name === protocol)
  if (listed === undefined) {
    const code = protocol === 'TLSv1.2' && WITHOUT_PFS.test(suite) ? 'no_pfs' : 'suite_not_bsi'
    findings.push(finding(code, { suite }))
  } else if (isOver(listed, year) || isOver(inForce, year)) {
    const until = Math.min(listed.until ?? Infinity, inForce?.until ?? Infinity)
    findings.push(finding('suite_not_bsi', { suite, until }))
  } else if (listed.use !== 'offer' || profile.refusedSuites.includes(suite)) {
    findings.push(finding('suite_not_bsi', { suite, listed: true }))
  }
  if (group === undefined) return findings
  if (group === 'dh' || /^ffdhe/i.test(group)) {
    const bits = groupBits ?? Number(/\d+$/.exec(group)?.[0] ?? 0)
    if (bits < profile.dhMinBits) {
      findings.push(finding('dh_too_short', { group, bits }))
      return findings
    }
    if (group === 'dh') return findings
  }
  const known = profile.guideline.group.find(
    ({ name, openssl }) => name.toLowerCase() === group.toLowerCase() || openssl === group,
  )
  if (known === undefined || isOver(known, year))
    findings.push(finding('kex_group_not_bsi', { group, ...(known && { until: known.until }) }))
  else if (profile.refusedGroups.includes(known.name))
    findings.push(finding('kex_group_not_bsi', { group, listed: true }))
  else if (known.use !== 'offer') findings.push(finding('unsupported_by_sender', { group }))
  return findings
}

const isOver = (
  entry: { readonly until?: number | undefined } | undefined,
  year: number,
): boolean => entry === undefined || (entry.until !== undefined && entry.until < year)
