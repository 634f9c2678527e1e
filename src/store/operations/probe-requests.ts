import type { Kysely } from 'kysely'
import type { Schema } from '../schema.js'
import { storable } from '../storable.js'

/** Asks the prober to look at a domain; who asked first stands. */
export async function requestProbe(
  db: Kysely<Schema>,
  { domain, why, at }: { readonly domain: string; readonly why: string; readonly at: number },
): Promise<void> {
  await db
    .insertInto('probe_request')
    .values({ domain, why: storable(why), asked_at: at })
    .onConflict(conflict => conflict.column('domain').doNothing())
    .execute()
}
