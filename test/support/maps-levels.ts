import {
  EntryMaker,
  fixedEntries,
  MAP_NAMES,
  type EntryOptions,
  type MapName,
  type Refusal,
} from '../../src/maps/entries.js'
import type { LevelSource } from '../../src/maps/write.js'
import type { LevelEntry } from '../../src/store/admin.js'
import type { LevelInForce } from '../../src/store/verdicts.js'

/** A level as the store lists it; for all customers and without an end unless said otherwise. */
export function level(
  domain: string,
  what: LevelEntry['level'],
  more: Partial<LevelEntry> = {},
): LevelEntry {
  return {
    customer: '*',
    domain,
    level: what,
    until: undefined,
    match: [],
    dane: false,
    changedAt: 0,
    changedBy: 'test',
    reason: 'test',
    ...more,
  }
}

/** Levels as the maps read them, at one time: in the order of names, all in one page. */
export function levelSource(levels: readonly LevelEntry[], now = 0): LevelSource {
  const domains = new Map<string, LevelInForce[]>()
  for (const one of levels) {
    if (one.until !== undefined && one.until <= now) continue
    const { level, match, dane, nextHop, spki = [] } = one as LevelEntry & Partial<LevelInForce>
    const by = spki.length === 0 ? 'administrator' : 'prober'
    const known = domains.get(one.domain) ?? []
    domains.set(one.domain, [...known, { by, level, match, dane, spki, nextHop }])
  }
  const page = [...domains]
    .map(([domain, levels]) => ({ domain, levels }))
    .sort((a, b) => (a.domain < b.domain ? -1 : 1))
  return {
    levelsInForce: async function* () {
      yield page
    },
    levelsWithNextHop: async () =>
      page.filter(({ levels }) => levels.some(({ nextHop }) => nextHop !== undefined)),
  }
}

/** The lines of maps that nobody has written yet. */
export async function mapLines(source: LevelSource, options: EntryOptions) {
  const fixed = fixedEntries(await source.levelsWithNextHop(), options)
  const maker = new EntryMaker(options)
  const refused: Refusal[] = [...fixed.refused]
  const lines = Object.fromEntries(
    MAP_NAMES.map(name => [name, fixed.entries[name].map(({ key, value }) => `${key} ${value}`)]),
  ) as Record<MapName, string[]>
  for await (const page of source.levelsInForce()) {
    for (const domain of page) {
      const made = maker.of(domain)
      if (made.refused !== undefined) refused.push({ domain: domain.domain, reason: made.refused })
      for (const name of MAP_NAMES) {
        const value = made.entries[name]
        if (value !== undefined) lines[name].push(`${domain.domain} ${value}`)
      }
    }
  }
  for (const name of MAP_NAMES) lines[name].sort()
  return { ...lines, refused }
}
