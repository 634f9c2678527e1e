import type { Kysely } from 'kysely'
import type { Schema } from '../schema.js'

/**
 * A secret that all gateways with this store share: the one that is there, else `candidate`. Of
 * several gateways that start at once, one brings the secret and the others take it.
 */
export async function sharedSecret(
  db: Kysely<Schema>,
  { name, candidate }: { readonly name: string; readonly candidate: string },
): Promise<string> {
  await db
    .insertInto('secret')
    .values({ name, value: candidate })
    .onConflict(conflict => conflict.column('name').doNothing())
    .execute()
  const { value } = await db
    .selectFrom('secret')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return value
}
