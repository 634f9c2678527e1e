import { isTrouble, type NameSource } from '../dns/resolver.js'
import type { AgreementFacts, MxFacts } from './facts.js'
import { mxOf } from './mx.js'

/**
 * Whether several resolvers, asked by ways that have nothing in common, name the same servers.
 *
 * Shape   `earlier` is what was seen last time: the same servers count from then on
 * Gives   undefined when one of them names other servers; `silent` counts those without an answer,
 *         and what was seen before is not forgotten for them
 * Throws  only what `signal` is aborted with
 */
export async function agreementOf(
  others: readonly NameSource[],
  domain: string,
  mx: MxFacts,
  context: { readonly earlier: AgreementFacts | undefined; readonly now: number },
  signal: AbortSignal,
): Promise<AgreementFacts | undefined> {
  if (others.length === 0 || isTrouble(mx) || mx.state === 'secure') return undefined
  const answers = await Promise.all(others.map(names => mxOf(names, domain, signal)))
  const hosts = hostsOf(mx)
  const isSame = (other: readonly string[]): boolean => other.join(' ') === hosts.join(' ')
  const silent = answers.filter(isTrouble).length
  if (!answers.every(answer => isTrouble(answer) || isSame(hostsOf(answer)))) return undefined
  const { earlier, now } = context
  const isOld = earlier !== undefined && isSame(earlier.hosts)
  // Silence begins nothing: only what all of them have said counts from then on.
  if (silent > 0 && !isOld) return undefined
  const since = isOld ? earlier.since : now
  const said = { resolvers: others.length, since, hosts }
  return Object.freeze(silent > 0 ? { ...said, silent } : said)
}

function hostsOf({ kind, records }: MxFacts): readonly string[] {
  return kind === 'mx' || kind === 'implicit' ? records.map(({ host }) => host).sort() : []
}
