import { PATTERN_TYPES, parseTableName, type Table } from './table.js'

/** Domains that nobody has inside; a table that cannot be listed is asked for them. */
const OUTSIDE_DOMAINS = ['example.com', 'example.net', 'postseal-doctor.invalid'] as const

/** How many domains of the settings stand for all of them. */
const SAMPLE = 20

/**
 * Domains of which a table that only answers is asked: some that are outside, and for each one inside
 * those that a pattern without a beginning or an end takes for it.
 */
export function sampleDomains(
  outside: readonly string[],
  internal: readonly string[],
): readonly string[] {
  const inside = internal.slice(0, SAMPLE).map(domain => domain.replace(/^\./, ''))
  const alike = inside.flatMap(domain => [`not-${domain}`, `not${domain}`, `${domain}.example.com`])
  return [...new Set([...OUTSIDE_DOMAINS, ...outside, ...alike])]
}

/**
 * Addresses and domains that the patterns of a table name in so many words: `/@(a|b)\.example$/` is
 * asked for `b.example`, `/^boss@/` for a boss outside. Whether one fits is for the table to say.
 */
export function namedInPatterns(table: Table | undefined): readonly string[] {
  if (table?.entries === undefined || !isPattern(table)) return []
  const patterns = table.entries.map(({ key }) => key.replaceAll('\\.', '.'))
  return [...new Set(patterns.flatMap(pattern => [...domainsIn(pattern), ...usersIn(pattern)]))]
}

function isPattern({ name }: Table): boolean {
  return PATTERN_TYPES.has(parseTableName(name).type)
}

/** A domain may begin with a dot or have a word of a group before it; both are asked for as a whole. */
function domainsIn(pattern: string): readonly string[] {
  const ends = [...pattern.matchAll(/(?:[a-z0-9-]+|\))?(?:\.[a-z0-9-]+)+/gi)]
    .map(([end]) => end)
    .filter(end => /[a-z]/i.test(end))
  return ends.flatMap(end => {
    const tail = end.replace(/^\)/, '')
    const whole = tail.startsWith('.') ? [...wordsBefore(pattern, end), `x${tail}`] : [tail]
    return whole.flatMap(domain => [domain, `postmaster@${domain}`])
  })
}

/** `(a|b).example`: each word of the group with what stands behind it. */
function wordsBefore(pattern: string, end: string): readonly string[] {
  const before = pattern.slice(0, pattern.indexOf(end))
  const group = /\(([a-z0-9|-]+)$/i.exec(before)?.[1]
  return end.startsWith(')') && group !== undefined
    ? group.split('|').map(word => `${word}${end.slice(1)}`)
    : []
}

function usersIn(pattern: string): readonly string[] {
  return [...pattern.matchAll(/([a-z0-9_+-]+)@/gi)].map(
    ([, user]) => `${user}@${OUTSIDE_DOMAINS[0]}`,
  )
}
