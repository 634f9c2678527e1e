import { hasName } from './judge-connection.js'
import type { HostJudgement } from './judge-host.js'

/** The servers that Postfix may be let to, and how it recognises them. */
export interface Match {
  readonly hosts: readonly HostJudgement[]
  /** By TLSA records only; else by the names of `hosts`. */
  readonly dane: boolean
}

const NOBODY: Match = { hosts: [], dane: false }

/**
 * Chooses the servers that pass, so that Postfix refuses all others by itself.
 *
 * A name in `match=` lets in every server whose certificate has it. So a server that does not pass
 * takes out the names that its own certificate has, if Postfix would be content with that
 * certificate: it looks neither at key sizes nor at revocation. With DANE it is the same for a server
 * whose TLSA records match.
 *
 * Shape   `passes` tells what passes, bindings and all
 */
export function chooseMatch(
  hosts: readonly HostJudgement[],
  passes: (host: HostJudgement) => boolean,
  mxIsSecure: boolean,
): Match {
  const passing = hosts.filter(host => host.level === 'qualified' && passes(host))
  const byDane = mxIsSecure ? passing.filter(({ dane }) => dane) : []
  const isSafe = hosts.every(
    host => byDane.includes(host) || !host.connections.some(({ daneAccepts }) => daneAccepts),
  )
  const daneHosts = isSafe ? byDane : []
  const pkixHosts = withoutShared(
    passing.filter(({ pkixLevel }) => pkixLevel === 'qualified'),
    hosts,
  )
  // DANE where it covers all that pass by names; it needs no authority.
  const covers = pkixHosts.every(host => daneHosts.includes(host))
  if (daneHosts.length > 0 && covers) return { hosts: daneHosts, dane: true }
  return pkixHosts.length > 0 ? { hosts: pkixHosts, dane: false } : NOBODY
}

/** Without the names that a server outside could show, until there is no such server. */
function withoutShared(
  passing: readonly HostJudgement[],
  all: readonly HostJudgement[],
): readonly HostJudgement[] {
  const outside = all.filter(host => !passing.includes(host))
  const leaves = outside.flatMap(({ connections }) =>
    connections.flatMap(({ trustedLeaf }) => (trustedLeaf === undefined ? [] : [trustedLeaf])),
  )
  const left = passing.filter(({ name }) => !leaves.some(leaf => hasName(leaf, name)))
  return left.length === passing.length ? left : withoutShared(left, all)
}

/** Keys of the servers in a match that no server outside it has. */
export function keysOf(match: Match, all: readonly HostJudgement[]): readonly string[] {
  const spkiOf = (hosts: readonly HostJudgement[]): ReadonlySet<string> =>
    new Set(
      hosts.flatMap(({ connections }) =>
        connections.flatMap(({ spki }) => (spki === undefined ? [] : [spki])),
      ),
    )
  const elsewhere = spkiOf(all.filter(host => !match.hosts.includes(host)))
  return [...spkiOf(match.hosts)].filter(spki => !elsewhere.has(spki)).sort()
}
