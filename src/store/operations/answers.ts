import type { Kysely, Selectable } from 'kysely'
import type { LetterAnswerTable, Schema } from '../schema.js'
import type { AnswerEntry } from '../sealing.js'
import { storableRow } from '../storable.js'

/** One row an answer; of several tries the first counts. */
export async function noteAnswer(
  db: Kysely<Schema>,
  { digest, key, outcome, mail, at }: AnswerEntry,
): Promise<void> {
  await db
    .insertInto('letter_answer')
    .values(storableRow({ digest, key, outcome, mail, at }))
    .onConflict(conflict => conflict.column('digest').doNothing())
    .execute()
}

export async function answerOf(
  db: Kysely<Schema>,
  { digest }: { readonly digest: string },
): Promise<AnswerEntry | undefined> {
  const row: Selectable<LetterAnswerTable> | undefined = await db
    .selectFrom('letter_answer')
    .selectAll()
    .where('digest', '=', digest)
    .executeTakeFirst()
  return row
}

export async function countRefusedAnswers(
  db: Kysely<Schema>,
  { key, since }: { readonly key: string; readonly since: number },
): Promise<number> {
  const { count } = await db
    .selectFrom('letter_answer')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('key', '=', key)
    .where('outcome', '=', 'refused')
    .where('at', '>=', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}
