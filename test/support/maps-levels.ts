import type { LevelEntry } from '../../src/store/admin.js'

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
