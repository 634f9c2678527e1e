import type { DnsAnswer, DnsRecord, DnsState, Question, Reply } from './model.js'

/** A chain of aliases that is longer is a loop (unbound stops at 11). */
const MAX_ALIASES = 12
/** What a negative answer without SOA may be believed for. */
const UNKNOWN_NEGATIVE_SECONDS = 60
/** RFC 2308, section 5: one to three hours at most. */
const MAX_NEGATIVE_SECONDS = 3600

/**
 * What a reply says, aliases followed through its own answer section. Records of other names are
 * passed over.
 *
 * Gives   undefined when the aliases run in a circle or the code is neither NOERROR nor NXDOMAIN.
 */
export function readAnswer(question: Question, reply: Reply): DnsAnswer | undefined {
  if (reply.code !== 'NOERROR' && reply.code !== 'NXDOMAIN') return undefined
  const aliases: string[] = []
  const lifetimes: number[] = []
  let name = question.name
  for (;;) {
    const records = reply.answers.filter(one => one.name === name && one.type === question.type)
    const alias = question.type === 'CNAME' ? undefined : aliasOf(name, reply.answers)
    if (records.length > 0 || alias === undefined) {
      const isMissing = reply.code === 'NXDOMAIN' && records.length === 0
      const lifetime =
        records.length > 0 ? records.map(one => one.ttlSeconds) : [negativeLifetime(reply)]
      const ttlSeconds = Math.min(...lifetimes, ...lifetime)
      return { state: stateOf(reply), isMissing, aliases, records, ttlSeconds }
    }
    if (aliases.length >= MAX_ALIASES || aliases.includes(alias.target)) return undefined
    aliases.push(alias.target)
    lifetimes.push(alias.ttlSeconds)
    name = alias.target
  }
}

function stateOf({ authentic }: Reply): DnsState {
  return authentic ? 'secure' : 'insecure'
}

function aliasOf(
  name: string,
  answers: readonly DnsRecord[],
): Extract<DnsRecord, { type: 'CNAME' }> | undefined {
  for (const one of answers) if (one.type === 'CNAME' && one.name === name) return one
  return undefined
}

/** RFC 2308, section 5. */
function negativeLifetime({ authorities }: Reply): number {
  for (const one of authorities) {
    if (one.type !== 'SOA') continue
    return Math.min(one.ttlSeconds, one.minimumSeconds, MAX_NEGATIVE_SECONDS)
  }
  return UNKNOWN_NEGATIVE_SECONDS
}
