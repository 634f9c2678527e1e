import type { Kysely } from 'kysely'
import type { Delivery } from '../evidence.js'
import type { Schema } from '../schema.js'
import type { RefusedFormat } from '../sealing.js'
import { storable } from '../storable.js'
import { addAudit } from './audit.js'
import { insertNotice } from './outbox.js'
import { parts } from './parts.js'

/** A server that does not take what a letter looks like, not a mailbox that is not there (RFC 3463). */
const NOT_LIKED = /^5\.(?:6\.\d+|7\.\d+)$/
/** What such servers say when their code tells nothing. */
const SAID =
  /\b(?:attachment|banned|blocked|content|executable|extension|file ?type|html?|malicious|prohibited|virus)/i
const NO_CODE = new Set(['', '5.0.0', '5.3.0', '5.5.0'])

/** Most of an answer that is kept. */
const MAX_SAID = 200

/**
 * What lines of the log mean for letters: one that is in the queue may have its password on the way,
 * and one that came back for its form does not go to that domain in this form again; its sender hears
 * of it.
 */
export async function followLetters(
  db: Kysely<Schema>,
  deliveries: readonly Delivery[],
  at: number,
): Promise<void> {
  const queueIds = [...new Set(deliveries.map(({ queueId }) => storable(queueId)))]
  for (const part of parts(queueIds)) {
    const tries = await db
      .selectFrom('letter_try')
      .innerJoin('letter', 'letter.key', 'letter_try.key')
      .select(['letter_try.queue_id', 'letter_try.at', 'letter.key', 'letter.domain'])
      .select(['letter.format', 'letter.recipient', 'letter.customer_id', 'letter.reference'])
      .select(['letter.sender'])
      .where('queue_id', 'in', part)
      .execute()
    for (const one of tries) {
      const lines = deliveries.filter(line => isAbout(line, one))
      if (lines.some(({ status }) => status === 'sent' || status === 'deferred'))
        await releasePassword(db, one.key, at)
      const back = lines.find(isRefusal)
      if (back === undefined) continue
      await refuse(db, { domain: one.domain, format: one.format, at, said: back.text })
      await tellSender(db, one, back, at)
    }
  }
}

export async function refusedFormats(
  db: Kysely<Schema>,
  { domain }: { readonly domain: string },
): Promise<readonly RefusedFormat[]> {
  return db
    .selectFrom('refused_format')
    .selectAll()
    .where('domain', '=', storable(domain))
    .orderBy('at', 'desc')
    .orderBy('format')
    .execute()
}

export async function allowFormats(
  db: Kysely<Schema>,
  entry: { readonly domain: string; readonly by: string; readonly at: number },
): Promise<number> {
  const { domain, by: actor, at } = entry
  return db.transaction().execute(async transaction => {
    const { numDeletedRows } = await transaction
      .deleteFrom('refused_format')
      .where('domain', '=', storable(domain))
      .executeTakeFirst()
    const detail = `${numDeletedRows} formats`
    const act = 'formats-allow'
    await addAudit(transaction, { at, customer: '*', actor, act, object: domain, detail })
    return Number(numDeletedRows)
  })
}

interface Try {
  readonly queue_id: string
  readonly at: number
  readonly recipient: string
}

/** Postfix may use an id again, and the times of a log may be whole seconds. */
function isAbout(line: Delivery, { queue_id, at, recipient }: Try): boolean {
  return (
    line.queueId === queue_id &&
    line.at >= at - (at % 1000) &&
    line.recipient.toLowerCase() === recipient.toLowerCase()
  )
}

function isRefusal({ status, dsn, text }: Delivery): boolean {
  if (status !== 'bounced') return false
  return NOT_LIKED.test(dsn) ? true : NO_CODE.has(dsn) && SAID.test(text)
}

async function releasePassword(db: Kysely<Schema>, key: string, at: number): Promise<void> {
  await db
    .updateTable('notice')
    .set({ released_at: at })
    .where('waiting_key', '=', key)
    .where('kind', 'in', ['password', 'sms'])
    .where('released_at', 'is', null)
    .execute()
}

/** Whoever sends the notice sees whether the sender is inside, and may be told. */
async function tellSender(
  db: Kysely<Schema>,
  letter: {
    readonly key: string
    readonly customer_id: number
    readonly sender: string
    readonly recipient: string
    readonly reference: string
  },
  { text }: Delivery,
  at: number,
): Promise<void> {
  const { key, customer_id, sender, recipient, reference } = letter
  if (sender === '') return
  await insertNotice(db, customer_id, {
    kind: 'returned',
    key,
    to: sender,
    recipient,
    reference,
    why: storable(text.slice(0, MAX_SAID)),
    messageId: `returned.${key}`,
    createdAt: at,
    notBefore: at,
    cause: undefined,
  })
}

async function refuse(db: Kysely<Schema>, refused: RefusedFormat): Promise<void> {
  const { domain, format, at } = refused
  const said = storable(refused.said.slice(0, MAX_SAID))
  await db
    .insertInto('refused_format')
    .values({ domain, format, at, said })
    .onConflict(conflict => conflict.columns(['domain', 'format']).doUpdateSet({ at, said }))
    .execute()
}
