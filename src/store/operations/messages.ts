import { sql, type Kysely, type Selectable } from 'kysely'
import { ALL_CUSTOMERS } from '../admin.js'
import { fromRows, transitFrom, type ChildName } from '../rows.js'
import type { FindingTable, LabelTable, MessageTable, RecipientTable, Schema } from '../schema.js'
import type { MessageRecord } from '../store.js'
import type { Transit } from '../transit.js'

/** Most records that one id gives: a Message-ID is the sender's choice and may repeat. */
const MAX_FOUND = 100

/** Most passes of one message: one for each recipient at split, and what came of it. */
const MAX_PASSES = 2000

/** Characters of an id that its index holds (migrations/001-first.ts). */
const INDEXED = 200

export async function findMessages(
  db: Kysely<Schema>,
  { customer, id }: { readonly customer: string; readonly id: string },
): Promise<readonly MessageRecord[]> {
  const bare = id.replace(/^<|>$/g, '')
  const spellings = [id, bare, `<${bare}>`]
  const fronts = spellings.map(spelling => Array.from(spelling).slice(0, INDEXED).join(''))
  const rows = await messages(db, customer)
    .where(where =>
      where.or([
        where('reference', '=', id),
        where.and([
          where(sql`substr(queue_id, 1, 200)`, 'in', fronts),
          where('queue_id', 'in', spellings),
        ]),
        where.and([
          where(sql`substr(message_id, 1, 200)`, 'in', fronts),
          where('message_id', 'in', spellings),
        ]),
      ]),
    )
    .orderBy('at', 'desc')
    .orderBy('message.id', 'desc')
    .limit(MAX_FOUND)
    .execute()
  return withLists(db, rows)
}

/** What the pass of that reference left for the next. */
export async function transitUnder(
  db: Kysely<Schema>,
  { reference }: { readonly reference: string },
): Promise<Transit | undefined> {
  const row = await db
    .selectFrom('message')
    .select('transit')
    .where('reference', '=', reference)
    .executeTakeFirst()
  const json = row?.transit ?? undefined
  return json === undefined ? undefined : transitFrom(json)
}

/** Every pass of the message that one of its references names, oldest first. */
export async function passesOf(
  db: Kysely<Schema>,
  { reference }: { readonly reference: string },
): Promise<readonly MessageRecord[]> {
  const named = await db
    .selectFrom('message')
    .select(['customer_id', 'root'])
    .where('reference', '=', reference)
    .executeTakeFirst()
  if (named === undefined) return []
  const root = named.root ?? reference
  const rows = await messages(db, ALL_CUSTOMERS)
    .where('customer_id', '=', named.customer_id)
    .where(where => where.or([where('reference', '=', root), where('root', '=', root)]))
    .orderBy('at')
    .orderBy('message.id')
    .limit(MAX_PASSES)
    .execute()
  return withLists(db, rows)
}

export interface PageQuery {
  readonly customer: string
  readonly from: number
  readonly to: number
  /** Where the page before ended. */
  readonly after: PageEnd | undefined
  readonly limit: number
}

export interface PageEnd {
  readonly at: number
  readonly id: number
}

export interface Page {
  readonly messages: readonly MessageRecord[]
  /** Undefined when there is no further page. */
  readonly end: PageEnd | undefined
}

export async function pageOfMessages(db: Kysely<Schema>, query: PageQuery): Promise<Page> {
  const { after, limit } = query
  const rows = await messages(db, query.customer)
    .where('at', '>=', after?.at ?? query.from)
    .where('at', '<', query.to)
    .$if(after !== undefined, rest =>
      rest.where(where =>
        where.or([where('at', '>', after!.at), where('message.id', '>', after!.id)]),
      ),
    )
    .orderBy('at')
    .orderBy('message.id')
    .limit(limit)
    .execute()
  const last = rows.at(-1)
  return {
    messages: await withLists(db, rows),
    end: last === undefined || rows.length < limit ? undefined : { at: last.at, id: last.id },
  }
}

function messages(db: Kysely<Schema>, customer: string) {
  return db
    .selectFrom('message')
    .innerJoin('customer', 'customer.id', 'message.customer_id')
    .selectAll('message')
    .select('customer.name as customer')
    .$if(customer !== ALL_CUSTOMERS, query => query.where('customer.name', '=', customer))
}

type MessageRow = Selectable<MessageTable> & { readonly customer: string }

/** Puts the lists of each message to it: three questions for a whole page. */
async function withLists(
  db: Kysely<Schema>,
  rows: readonly MessageRow[],
): Promise<readonly MessageRecord[]> {
  if (rows.length === 0) return []
  const [recipients, labels, findings] = await Promise.all([
    listsOf<RecipientTable>(db, 'recipient', rows),
    listsOf<LabelTable>(db, 'label', rows),
    listsOf<FindingTable>(db, 'finding', rows),
  ])
  return rows.map(row =>
    fromRows(
      row,
      recipients.get(row.id) ?? [],
      labels.get(row.id) ?? [],
      findings.get(row.id) ?? [],
    ),
  )
}

/** The rows of one child table by the number of their message, each list in its order. */
async function listsOf<T extends RecipientTable | LabelTable | FindingTable>(
  db: Kysely<Schema>,
  table: ChildName,
  rows: readonly MessageRow[],
): Promise<ReadonlyMap<number, readonly T[]>> {
  const children = await db
    .selectFrom(table)
    .selectAll()
    .where('customer_id', 'in', [...new Set(rows.map(row => row.customer_id))])
    .where(
      'message',
      'in',
      rows.map(row => row.id),
    )
    .orderBy('position')
    .execute()
  const lists = new Map<number, T[]>()
  for (const child of children as unknown as T[]) {
    const list = lists.get(child.message)
    if (list === undefined) lists.set(child.message, [child])
    else list.push(child)
  }
  return lists
}
