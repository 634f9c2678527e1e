import { sql, type Kysely } from 'kysely'
import { ALL_CUSTOMERS, type WaitingDecision } from '../admin.js'
import type { Schema } from '../schema.js'
import { storable } from '../storable.js'
import type { Waiting } from '../transit.js'
import { addAudit } from './audit.js'
import { openRows, toWaiting } from './waiting.js'

/** Most rows that are woken at a time. */
const MAX_WOKEN = 500

/**
 * Notes what a person has decided on everybody whom the id names, with a note for the audit each.
 * A later decision goes over an earlier one as long as the message has not been back.
 */
export async function decideWaiting(
  db: Kysely<Schema>,
  { decision, at }: { readonly decision: WaitingDecision; readonly at: number },
): Promise<readonly Waiting[]> {
  const { id, customer, recipient, verdict, by } = decision
  const reason = storable(decision.reason)
  return db.transaction().execute(async transaction => {
    const decided = await transaction
      .updateTable('waiting')
      .set({
        verdict,
        decided_by: storable(by),
        decided_at: at,
        reason,
        // The answer is new, so it does not matter when the message was woken for another.
        woken_at: null,
      })
      .where('ended_at', 'is', null)
      .where(where =>
        where.or([where('reference', '=', id), where('queue_id', '=', id), where('key', '=', id)]),
      )
      // A question is answered, not released: what is chosen decides what the message gets.
      .$if(verdict === 'released', query => query.where('why', '<>', 'ask'))
      .$if(customer !== ALL_CUSTOMERS, query =>
        query.where('customer_id', '=', where =>
          where.selectFrom('customer').select('id').where('name', '=', customer),
        ),
      )
      .$if(recipient !== undefined, query =>
        query.where(sql<boolean>`lower(recipient) = lower(${recipient})`),
      )
      .returning('key')
      .execute()
    const rows = await rowsOf(
      transaction,
      decided.map(({ key }) => key),
    )
    const act = verdict === 'released' ? 'wait-release' : 'wait-cancel'
    for (const row of rows) {
      // The domain alone: notes of the audit outlive the record of the message.
      const detail = `${row.domain}: ${reason}`
      const whose = row.customer
      await addAudit(transaction, {
        at,
        customer: whose,
        actor: storable(by),
        act,
        object: row.reference,
        detail,
      })
    }
    return rows
  })
}

/**
 * A queue entry is deferred once all its recipients were tried; who wakes it before that wakes nobody.
 * So those who were woken soon after their last try are woken once more.
 */
const BUSY_MS = 5000

/**
 * Takes those whose answer may be there, oldest first, and notes that they are woken, so that no
 * other gateway wakes them as well. As long as mail is stopped, only a cancelled message has one.
 */
export async function waitingToWake(
  db: Kysely<Schema>,
  { now, againAfterMs }: { readonly now: number; readonly againAfterMs: number },
): Promise<readonly Waiting[]> {
  const mayBeWoken = sql`(woken_at is null or woken_at <= ${now - againAfterMs}
    or (woken_at <= ${now - BUSY_MS} and woken_at - last_try < ${BUSY_MS}))`
  const { rows } = await sql<{ key: string }>`
    update waiting set woken_at = ${now}
    where ${mayBeWoken} and key in (
      select asleep.key from waiting as asleep
      left join domain_level as own
        on own.customer_id = asleep.customer_id and own.domain = asleep.domain
      left join domain_level as everybodys
        on everybodys.customer_id = 0 and everybodys.domain = asleep.domain
      left join domain_verdict as verdict
        on verdict.domain = asleep.domain and verdict.until > ${now}
      where asleep.ended_at is null
        and ${mayBeWoken}
        and (asleep.verdict = 'cancelled' or (
          (select value from meta where name = 'paused') = 0
          and (asleep.verdict is not null
            or asleep.why = 'paused'
            or asleep.until <= ${now}
            or (asleep.why = 'wait' and case
              when own.domain is not null and coalesce(own.until > ${now}, true)
                then own.level <> 'undetermined'
              when own.domain is null and everybodys.domain is not null
                and coalesce(everybodys.until > ${now}, true)
                then everybodys.level <> 'undetermined'
              when own.domain is null and everybodys.domain is null
                and exists (${levelAbove(now)}) then true
              else verdict.level <> 'undetermined' end))))
      order by asleep.since limit ${MAX_WOKEN})
    returning key`.execute(db)
  return rowsOf(
    db,
    rows.map(({ key }) => key),
  )
}

/** A level for everything below a parent of the domain; which of several says it makes no difference. */
function levelAbove(now: number) {
  return sql`select 1 from domain_level as above
    where above.customer_id in (0, asleep.customer_id)
      and above.domain >= '.' and above.domain < '/'
      and above.level <> 'undetermined' and coalesce(above.until > ${now}, true)
      and substr(asleep.domain, length(asleep.domain) - length(above.domain) + 1) = above.domain`
}

async function rowsOf(db: Kysely<Schema>, keys: readonly string[]): Promise<readonly Waiting[]> {
  if (keys.length === 0) return []
  const rows = await openRows(db, ALL_CUSTOMERS)
    .where('waiting.key', 'in', keys)
    .orderBy('since')
    .orderBy('waiting.key')
    .execute()
  return rows.map(toWaiting)
}
