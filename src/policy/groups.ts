/** Named lists of addresses, domains, users or networks, for rules: `[group]`. */
export type Groups = ReadonlyMap<string, readonly string[]>

/** Conditions of a rule whose lists may name groups. */
const WITH_GROUPS = ['sender', 'user', 'client_cert', 'client_address', 'recipient', 'domain']

const REFERENCE = /^group:(.*)$/s

/**
 * Puts the entries of a group in the place of `group:NAME`, in each list of a rule that may have some.
 *
 * Gives   the rule as if it had been written without groups, and the names that no group has. Whether
 *         an entry fits its condition is seen when the rule is checked.
 */
export function withoutGroups(
  item: unknown,
  groups: Groups,
): {
  readonly item: unknown
  readonly unknown: readonly (readonly [path: string, name: string])[]
} {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return { item, unknown: [] }
  const unknown: (readonly [string, string])[] = []
  const expanded = Object.entries(item).map(([name, value]) => {
    if (!WITH_GROUPS.includes(name) || !Array.isArray(value)) return [name, value] as const
    const entries = (value as readonly unknown[]).flatMap((entry): readonly unknown[] => {
      const [, group] = typeof entry === 'string' ? (REFERENCE.exec(entry) ?? []) : []
      if (group === undefined) return [entry]
      const members = groups.get(group)
      if (members === undefined) unknown.push([name, group])
      return members ?? []
    })
    return [name, entries] as const
  })
  return { item: Object.fromEntries(expanded), unknown }
}
