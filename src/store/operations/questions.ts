import { createHash } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import { GatewayError } from '../../errors.js'
import type { AskChoice } from '../../policy/model.js'
import { ALL_CUSTOMERS } from '../admin.js'
import type { NewQuestion, Question } from '../questions.js'
import type { Schema } from '../schema.js'
import type { QuestionTable } from '../schema-questions.js'
import { storableRow } from '../storable.js'
import { ensureCustomer } from './customers.js'

/** Most questions that one look gives. */
const MAX_QUESTIONS = 1000
/** More recipients than that many times come too late for the mail of no message. */
const MAX_ROUNDS = 1000
/** The mail waits so long for further recipients, and at most so long in all. */
const COLLECT_MS = 5000
const COLLECT_AT_MOST_MS = 60_000

/** Asks about a recipient; see `QuestionStore.ask`. */
export async function ask(db: Kysely<Schema>, entry: NewQuestion): Promise<Question> {
  return db.transaction().execute(async transaction => {
    const { at, customer, key } = entry
    const customer_id = await ensureCustomer(transaction, { name: customer, at })
    if (customer_id === 0) throw refused('no customer may be named *')
    const known = await newestOf(transaction, key, entry.bodyHash)
    if (known?.state === 'open' && known.until > at && known.class === entry.class) return known
    const id = await joined(transaction, entry, customer_id)
    const { recipient, reference, why, sender } = entry
    await transaction
      .insertInto('question_recipient')
      .values(storableRow({ question: id, key, recipient }))
      .onConflict(conflict => conflict.columns(['question', 'key']).doNothing())
      .execute()
    // The question says all that this notice would, and wants something of whoever reads it.
    await transaction
      .deleteFrom('notice')
      .where('waiting_key', '=', key)
      .where('kind', '=', 'waiting')
      .where('sent_at', 'is', null)
      .execute()
    const question = await questionOf(transaction, { id })
    if (question === undefined) throw refused('a question was not kept')
    const notBefore = Math.min(at + COLLECT_MS, question.createdAt + COLLECT_AT_MOST_MS)
    await transaction
      .insertInto('notice')
      .values(
        storableRow({
          customer_id,
          waiting_key: id,
          kind: 'ask' as const,
          to_address: sender,
          recipient,
          reference,
          why,
          // The log of Postfix names it, so it must not tell the id.
          message_id: `ask.${createHash('sha256').update(id).digest('hex').slice(0, 32)}`,
          created_at: at,
          not_before: notBefore,
          attempts: 0,
          cause: null,
          released_at: at,
          taken_until: 0,
          sent_at: null,
        }),
      )
      .onConflict(conflict =>
        conflict.columns(['waiting_key', 'kind']).doUpdateSet({ not_before: notBefore }),
      )
      .execute()
    return question
  })
}

/** The id of the question that a recipient is part of, locked until the transaction ends. */
async function joined(
  db: Kysely<Schema>,
  entry: NewQuestion,
  customer_id: number,
): Promise<string> {
  const { at, matter } = entry
  const rounds = await db
    .selectFrom('question')
    .select('round')
    .where('matter', '=', matter)
    .orderBy('round', 'desc')
    .limit(1)
    .execute()
  const newest = rounds[0]?.round ?? 0
  for (let round = newest; round < Math.min(newest + 2, MAX_ROUNDS); round += 1) {
    await db
      .insertInto('question')
      .values(rowOf(entry, customer_id, round))
      .onConflict(conflict => conflict.columns(['matter', 'round']).doNothing())
      .execute()
    const row = await db
      .updateTable('question')
      .set({ joined_at: at })
      .where('matter', '=', matter)
      .where('round', '=', round)
      .where('customer_id', '=', customer_id)
      .where('state', '=', 'open')
      .where('asked_at', 'is', null)
      .where('until', '>', at)
      .returning('id')
      .executeTakeFirst()
    if (row !== undefined) return row.id
  }
  throw refused('a question could not be opened')
}

export async function questionOf(
  db: Kysely<Schema>,
  { id }: { readonly id: string },
): Promise<Question | undefined> {
  return one(db, await questions(db).where('question.id', '=', id).executeTakeFirst())
}

export async function questionOfGuest(
  db: Kysely<Schema>,
  { key, bodyHash }: { readonly key: string; readonly bodyHash: string },
): Promise<Question | undefined> {
  return newestOf(db, key, bodyHash)
}

export async function openByToken(
  db: Kysely<Schema>,
  { digest, at }: { readonly digest: string; readonly at: number },
): Promise<Question | undefined> {
  const row = await questions(db)
    .innerJoin('question_token', 'question_token.question', 'question.id')
    .where('question_token.digest', '=', digest)
    .where('state', '=', 'open')
    .where('until', '>', at)
    .executeTakeFirst()
  return one(db, row)
}

export async function addQuestionToken(
  db: Kysely<Schema>,
  { id, digest, at }: { readonly id: string; readonly digest: string; readonly at: number },
): Promise<Question | undefined> {
  return db.transaction().execute(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('question')
      .set(update => ({ asked_at: update.fn.coalesce('asked_at', update.val(at)) }))
      .where('id', '=', id)
      .where('state', '=', 'open')
      .where('until', '>', at)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return undefined
    await transaction
      .insertInto('question_token')
      .values({ digest, question: id, made_at: at })
      .execute()
    return questionOf(transaction, { id })
  })
}

export async function findQuestions(
  db: Kysely<Schema>,
  { customer, id }: { readonly customer: string; readonly id: string | undefined },
): Promise<readonly Question[]> {
  const rows = await questions(db)
    .$if(customer !== ALL_CUSTOMERS, query => query.where('customer.name', '=', customer))
    .$if(id !== undefined, query =>
      query.where(where =>
        where.or([
          where('question.id', '=', id!),
          where('reference', '=', id!),
          where('question.id', 'in', waits =>
            waits
              .selectFrom('question_recipient')
              .innerJoin('waiting', 'waiting.key', 'question_recipient.key')
              .select('question_recipient.question')
              .where('waiting.queue_id', '=', id!)
              .where('waiting.ended_at', 'is', null),
          ),
        ]),
      ),
    )
    .orderBy('question.created_at', 'desc')
    .orderBy('question.id')
    .limit(MAX_QUESTIONS)
    .execute()
  const found: Question[] = []
  for (const row of rows) found.push(toQuestion(row, await recipientsOf(db, row.id)))
  return found
}

async function newestOf(
  db: Kysely<Schema>,
  key: string,
  bodyHash: string,
): Promise<Question | undefined> {
  const row = await questions(db)
    .innerJoin('question_recipient', 'question_recipient.question', 'question.id')
    .where('question_recipient.key', '=', key)
    .where('content_digest', '=', bodyHash)
    .orderBy('question.created_at', 'desc')
    .orderBy('question.round', 'desc')
    .limit(1)
    .executeTakeFirst()
  return one(db, row)
}

function questions(db: Kysely<Schema>) {
  return db
    .selectFrom('question')
    .innerJoin('customer', 'customer.id', 'question.customer_id')
    .selectAll('question')
    .select('customer.name as customer')
}

type Row = Selectable<QuestionTable> & { readonly customer: string }

async function one(db: Kysely<Schema>, row: Row | undefined): Promise<Question | undefined> {
  return row === undefined ? undefined : toQuestion(row, await recipientsOf(db, row.id))
}

async function recipientsOf(db: Kysely<Schema>, id: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('question_recipient')
    .select('recipient')
    .where('question', '=', id)
    .orderBy('recipient')
    .execute()
  return rows.map(({ recipient }) => recipient)
}

function toQuestion(row: Row, recipients: readonly string[]): Question {
  return {
    id: row.id,
    customer: row.customer,
    reference: row.reference,
    sender: row.sender,
    authUser: row.auth_user ?? undefined,
    messageId: row.message_id ?? undefined,
    class: row.class,
    bodyHash: row.content_digest,
    choices: wordsOf(row.choices),
    officerChoices: wordsOf(row.officer_choices),
    silence: row.silence,
    language: row.language,
    why: row.why,
    firstAt: row.first_at,
    createdAt: row.created_at,
    until: row.until,
    askedAt: row.asked_at ?? undefined,
    state: row.state,
    answer: row.answer ?? undefined,
    answeredAt: row.answered_at ?? undefined,
    answeredBy: row.answered_by ?? undefined,
    way: row.way ?? undefined,
    reason: row.reason ?? undefined,
    recipients,
  }
}

function wordsOf(text: string): readonly AskChoice[] {
  return text.split(' ').filter(word => word !== '') as AskChoice[]
}

function rowOf(entry: NewQuestion, customer_id: number, round: number): QuestionTable {
  return storableRow({
    id: entry.id,
    customer_id,
    matter: entry.matter,
    round,
    reference: entry.reference,
    sender: entry.sender,
    auth_user: entry.authUser ?? null,
    message_id: entry.messageId ?? null,
    class: entry.class,
    content_digest: entry.bodyHash,
    choices: entry.choices.join(' '),
    officer_choices: entry.officerChoices.join(' '),
    silence: entry.silence,
    language: entry.language,
    why: entry.why,
    first_at: entry.firstAt,
    created_at: entry.at,
    joined_at: entry.at,
    until: entry.until,
    asked_at: null,
    state: 'open',
    answer: null,
    answered_at: null,
    answered_by: null,
    way: null,
    reason: null,
  })
}

function refused(reason: string): GatewayError {
  return new GatewayError('ERR_STORE_REFUSED', { reason })
}
