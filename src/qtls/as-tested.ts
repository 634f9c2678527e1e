import type { CertificateStatus, DomainFacts, RevocationSource, SessionFacts } from './facts.js'

const DAY = 24 * 60 * 60_000

/**
 * Facts as they would be if whoever did not answer had said what is hoped for: authorities that could
 * not be asked about revocation, other resolvers that were silent. What is judged of them tells what
 * was only not tested from what is really worse; it is never a verdict by itself.
 *
 * Shape   `now` in epoch milliseconds
 */
export function asTested(facts: DomainFacts, now: number): DomainFacts {
  const { agreement } = facts
  const session = (one: SessionFacts | undefined): SessionFacts | undefined =>
    one && { ...one, revocation: one.revocation.map(status => answered(status, now)) }
  return {
    ...facts,
    agreement: agreement && { ...agreement, silent: 0 },
    hosts: facts.hosts.map(host => ({
      ...host,
      connections: host.connections.map(connection => ({
        ...connection,
        session: session(connection.session),
        widerSession: session(connection.widerSession),
      })),
    })),
  }
}

/** One that says anything of the certificate, or that is forged, is an answer: it stays. */
function answered(status: CertificateStatus, now: number): CertificateStatus {
  if (!status.sources.every(({ state }) => state === 'unavailable' || state === 'stale'))
    return status
  const sources = status.sources.map((source): RevocationSource => ({
    ...source,
    state: 'good',
    thisUpdate: now,
    nextUpdate: now + DAY,
  }))
  return { ...status, sources }
}
