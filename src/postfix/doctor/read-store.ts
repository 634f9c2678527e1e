import { ALL_CUSTOMERS, type StoreAdmin } from '../../store/admin.js'
import type { StoreContents } from './live-facts.js'

/** How many domains of the store tables are asked for. */
const SAMPLE = 20

/** Reads what the checks need to know of the store. */
export async function readStore(
  store: Pick<StoreAdmin, 'followedAt' | 'levelsRevision' | 'listLevels' | 'listWaiting'>,
  now: number,
): Promise<StoreContents> {
  const levels = await store.listLevels(ALL_CUSTOMERS)
  const waiting = await store.listWaiting({ customer: ALL_CUSTOMERS })
  const changes = levels.map(({ changedAt }) => changedAt)
  return {
    revision: await store.levelsRevision(),
    levelsChangedAt: changes.reduce<number | undefined>(
      (latest, at) => Math.max(latest ?? at, at),
      undefined,
    ),
    levels: levels.length,
    expired: levels.filter(({ until }) => until !== undefined && until <= now).length,
    followedAt: await store.followedAt(),
    waiting: waiting.length,
    sampleDomains: levels.slice(0, SAMPLE).map(({ domain }) => domain),
  }
}
