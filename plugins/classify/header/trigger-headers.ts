/** Says whether a field is a trigger, and by which entry of milter.conf. */
export type TriggerReader = (name: string, value: string) => string | undefined

/**
 * Prepares the list of trigger headers.
 *
 * Shape   `x-smenc` counts with any value but those that say no; `X-Product-*` counts for every
 *         field whose name begins so, with any value, because such fields carry options.
 */
export function triggerReader(entries: readonly string[]): TriggerReader {
  const exact = new Map<string, string>()
  const prefixes: (readonly [string, string])[] = []
  for (const entry of entries) {
    if (entry.endsWith('*')) prefixes.push([entry.slice(0, -1).toLowerCase(), entry])
    else exact.set(entry.toLowerCase(), entry)
  }
  return (name, value) => {
    const lower = name.toLowerCase()
    const entry = exact.get(lower)
    if (entry !== undefined && !SAYS_NO.test(value)) return entry
    return prefixes.find(([prefix]) => lower.startsWith(prefix))?.[1]
  }
}

const SAYS_NO = /^(?:no|false|off|0|nein|non)?$/iu
