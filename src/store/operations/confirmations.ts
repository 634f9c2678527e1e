import type { Kysely } from 'kysely'
import { ALL_CUSTOMERS } from '../admin.js'
import type { Schema } from '../schema.js'
import type { Confirmation, NewConfirmation } from '../verdicts.js'
import { addAudit } from './audit.js'

/** Most confirmations that one question gives. */
const MAX_CONFIRMATIONS = 100_000

export async function addConfirmation(
  db: Kysely<Schema>,
  { confirmation, at }: { readonly confirmation: NewConfirmation; readonly at: number },
): Promise<Confirmation> {
  const { kind, pattern, by, reason, until } = confirmation
  return db.transaction().execute(async transaction => {
    const { id } = await transaction
      .insertInto('confirmation')
      .values({
        kind,
        pattern,
        confirmed_by: by,
        reason,
        confirmed_at: at,
        until: until ?? null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await addAudit(transaction, {
      at,
      customer: ALL_CUSTOMERS,
      actor: by,
      act: 'domain-confirm',
      object: `${kind} ${pattern}`,
      detail: reason,
    })
    return { id, kind, pattern, by, reason, at, until }
  })
}

export interface Withdrawal {
  readonly id: number
  readonly by: string
  readonly reason: string
  readonly at: number
}

export async function withdrawConfirmation(
  db: Kysely<Schema>,
  { id, by, reason, at }: Withdrawal,
): Promise<boolean> {
  return db.transaction().execute(async transaction => {
    const row = await transaction
      .updateTable('confirmation')
      .set({ withdrawn_at: at })
      .where('id', '=', id)
      .where('withdrawn_at', 'is', null)
      .returning(['kind', 'pattern'])
      .executeTakeFirst()
    if (row === undefined) return false
    await addAudit(transaction, {
      at,
      customer: ALL_CUSTOMERS,
      actor: by,
      act: 'domain-unconfirm',
      object: `${row.kind} ${row.pattern}`,
      detail: reason,
    })
    return true
  })
}

export async function listConfirmations(
  db: Kysely<Schema>,
  { now }: { readonly now: number },
): Promise<readonly Confirmation[]> {
  const rows = await db
    .selectFrom('confirmation')
    .selectAll()
    .where('withdrawn_at', 'is', null)
    .where(where => where.or([where('until', 'is', null), where('until', '>', now)]))
    .orderBy('id')
    .limit(MAX_CONFIRMATIONS)
    .execute()
  return rows.map(row => ({
    id: row.id,
    kind: row.kind,
    pattern: row.pattern,
    by: row.confirmed_by,
    reason: row.reason,
    at: row.confirmed_at,
    until: row.until ?? undefined,
  }))
}
