import { ALL_CUSTOMERS, type StoreAdmin } from '../../store/admin.js'
import type { StoreContents } from './live-facts.js'

/** How many domains of the store tables are asked for. */
const SAMPLE = 20

/** Reads what the checks need to know of the store. */
export async function readStore(
  store: Pick<StoreAdmin, 'followedAt' | 'levelsRevision' | 'levelSummary' | 'listWaiting'>,
): Promise<StoreContents> {
  const { changedAt, count, expired, sample } = await store.levelSummary(SAMPLE)
  const waiting = await store.listWaiting({ customer: ALL_CUSTOMERS })
  return {
    revision: await store.levelsRevision(),
    levelsChangedAt: changedAt,
    levels: count,
    expired,
    followedAt: await store.followedAt(),
    waiting: waiting.length,
    sampleDomains: sample,
  }
}
