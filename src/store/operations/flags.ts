import type { Kysely } from 'kysely'
import { bug } from '../../errors.js'
import { ALL_CUSTOMERS } from '../admin.js'
import type { Schema } from '../schema.js'
import { addAudit } from './audit.js'

/** What is asked with every message, in one question. */
export interface Flags {
  /** Rises with every change of a level: the sign to read them again. */
  readonly levelsRevision: number
  readonly paused: boolean
}

export async function readFlags(db: Kysely<Schema>, _input: undefined): Promise<Flags> {
  const rows = await db.selectFrom('meta').select(['name', 'value']).execute()
  const valueOf = (wanted: string): number =>
    rows.find(({ name }) => name === wanted)?.value ?? bug(`meta has no ${wanted}`)
  return { levelsRevision: valueOf('levels-revision'), paused: valueOf('paused') !== 0 }
}

export interface PauseChange {
  readonly paused: boolean
  readonly by: string
  readonly reason: string
  readonly at: number
}

/** Stops outgoing mail or lets it go on, with a note for the audit; saying it twice is on record too. */
export async function setPaused(db: Kysely<Schema>, change: PauseChange): Promise<void> {
  const { paused, by, reason, at } = change
  await db.transaction().execute(async transaction => {
    await transaction
      .updateTable('meta')
      .set({ value: paused ? 1 : 0 })
      .where('name', '=', 'paused')
      .execute()
    await addAudit(transaction, {
      at,
      customer: ALL_CUSTOMERS,
      actor: by,
      act: paused ? 'mail-pause' : 'mail-resume',
      object: 'outgoing mail',
      detail: reason,
    })
  })
}
