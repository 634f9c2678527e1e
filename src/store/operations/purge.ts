import { sql, type ExpressionBuilder, type Kysely } from 'kysely'
import type { PurgeResult } from '../admin.js'
import type { Schema } from '../schema.js'

const HOUR_MS = 3_600_000

/** Each in epoch milliseconds: what is from before goes. */
export interface PurgeStep {
  readonly messagesBefore: number
  /** Messages that left something for a next pass, and waits that nobody has heard of since. */
  readonly transitBefore: number
  /** What the log of Postfix says. */
  readonly evidenceBefore: number
  /** Audit entries and levels that are no longer in force. */
  readonly notesBefore: number
  /** Letters with their passwords, and formats that a domain did not take. */
  readonly passwordsBefore: number
  /** Most rows of each kind that one step deletes. */
  readonly limit: number
}

/**
 * One small step of the retention.
 *
 * Gives   how much was deleted; nothing means that nothing is left.
 */
export async function purgeStep(db: Kysely<Schema>, step: PurgeStep): Promise<PurgeResult> {
  return {
    messages: await purgeMessages(db, step),
    evidence: await purgeEvidence(db, step),
    waits:
      (await purgeWaits(db, step)) +
      (await purgeNotices(db, step)) +
      (await purgeProbes(db, step)) +
      (await purgeLetters(db, step)) +
      (await purgeQuestions(db, step)),
    notes:
      (await purgeAudit(db, step)) +
      (await purgeChanges(db, step)) +
      (await purgeVerdicts(db, step)),
  }
}

/** All but what a message that is still on its way may need. */
async function purgeMessages(db: Kysely<Schema>, step: PurgeStep): Promise<number> {
  const { messagesBefore, transitBefore, limit } = step
  const passed = await purgeSome(db, transitBefore, limit, false)
  // Those that went no further are found by an index of their own (message_ended).
  const ended =
    transitBefore < messagesBefore ? await purgeSome(db, messagesBefore, limit, true) : 0
  return passed + ended
}

async function purgeSome(
  db: Kysely<Schema>,
  before: number,
  limit: number,
  onlyEnded: boolean,
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('message')
    .where('id', 'in', query =>
      query
        .selectFrom('message')
        .select('id')
        .where('customer_id', 'in', query.selectFrom('customer').select('customer.id'))
        .where('at', '<', before)
        .$if(onlyEnded, messages => messages.where('transit', 'is', null))
        .where(where => where.not(where.exists(whoWaits(where))))
        .limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** Whether somebody waits with a message that belongs together with this one. */
function whoWaits(where: ExpressionBuilder<Schema, 'message'>) {
  return where
    .selectFrom('waiting')
    .select(sql`1`.as('one'))
    .where('ended_at', 'is', null)
    .where(waits =>
      waits.or([
        waits('waiting.reference', '=', waits.ref('message.reference')),
        waits('waiting.reference', '=', waits.ref('message.root')),
      ]),
    )
}

/** Queue entries, and the lines about them with them. */
async function purgeEvidence(db: Kysely<Schema>, step: PurgeStep): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('queue_entry')
    .where('id', 'in', query =>
      query
        .selectFrom('queue_entry')
        .select('id')
        .where('last_at', '<', step.evidenceBefore)
        .limit(step.limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

async function purgeWaits(db: Kysely<Schema>, step: PurgeStep): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('waiting')
    .where('key', 'in', query =>
      query
        .selectFrom('waiting')
        .select('key')
        .where(where =>
          where.or([
            where('ended_at', '<', step.messagesBefore),
            where.and([where('ended_at', 'is', null), where('last_try', '<', step.transitBefore)]),
          ]),
        )
        .limit(step.limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** Sent or not: nobody wants to hear of a message that is as old as that. */
async function purgeNotices(db: Kysely<Schema>, step: PurgeStep): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('notice')
    .where('id', 'in', query =>
      query
        .selectFrom('notice')
        .select('id')
        .where('created_at', '<', step.messagesBefore)
        .limit(step.limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** Domains that nobody has written to for so long, unless a person named them. */
async function purgeProbes(db: Kysely<Schema>, step: PurgeStep): Promise<number> {
  const unseen = await db
    .deleteFrom('domain_schedule')
    .where('domain', 'in', query =>
      query
        .selectFrom('domain_schedule')
        .select('domain')
        .where('origin', '=', 'traffic')
        .where('seen_at', '<', step.messagesBefore)
        .limit(step.limit),
    )
    .executeTakeFirst()
  // Their verdicts run out by themselves, since nobody renews them.
  const overdue = await db
    .deleteFrom('domain_verdict')
    .where('domain', 'in', query =>
      query
        .selectFrom('domain_verdict as verdict')
        .select('verdict.domain')
        .where('verdict.until', '<', step.messagesBefore)
        .where(where =>
          where.not(
            where.exists(
              where
                .selectFrom('domain_schedule as known')
                .select(sql`1`.as('one'))
                .whereRef('known.domain', '=', 'verdict.domain'),
            ),
          ),
        )
        .limit(step.limit),
    )
    .returning('domain')
    .execute()
  if (overdue.length > 0) {
    const names = overdue.map(({ domain }) => domain)
    await db.deleteFrom('domain_facts').where('domain', 'in', names).execute()
  }
  // Counters are no record of anything, so they are not in the sum.
  await db
    .deleteFrom('probe_quota')
    .where('hour', '<', Math.floor(step.messagesBefore / HOUR_MS))
    .execute()
  return Number(unseen.numDeletedRows) + overdue.length
}

/** Every verdict of the past, but the newest of each domain. */
async function purgeVerdicts(db: Kysely<Schema>, step: PurgeStep): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('domain_verdict_change')
    .where('id', 'in', query =>
      query
        .selectFrom('domain_verdict_change as old')
        .select('old.id')
        .where('old.saved_at', '<', step.notesBefore)
        .where(where =>
          where.exists(
            where
              .selectFrom('domain_verdict_change as newer')
              .select(sql`1`.as('one'))
              .whereRef('newer.domain', '=', 'old.domain')
              .whereRef('newer.id', '>', 'old.id'),
          ),
        )
        .limit(step.limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

async function purgeLetters(db: Kysely<Schema>, step: PurgeStep): Promise<number> {
  const { passwordsBefore, limit } = step
  const letters = await db
    .deleteFrom('letter')
    .where('key', 'in', query =>
      query
        .selectFrom('letter')
        .select('key')
        .where('created_at', '<', passwordsBefore)
        .limit(limit),
    )
    .executeTakeFirst()
  const given = await db
    .deleteFrom('given_password')
    .where('reference', 'in', query =>
      query
        .selectFrom('given_password')
        .select('reference')
        .where('created_at', '<', passwordsBefore)
        .limit(limit),
    )
    .executeTakeFirst()
  await db.deleteFrom('letter_answer').where('at', '<', passwordsBefore).execute()
  await db.deleteFrom('letter_try').where('at', '<', passwordsBefore).execute()
  await db.deleteFrom('refused_format').where('at', '<', passwordsBefore).execute()
  return Number(letters.numDeletedRows) + Number(given.numDeletedRows)
}

/** With their recipients and tokens; none as long as its message may be on its way. */
async function purgeQuestions(db: Kysely<Schema>, step: PurgeStep): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('question')
    .where('id', 'in', query =>
      query
        .selectFrom('question')
        .select('id')
        .where('created_at', '<', step.transitBefore)
        .limit(step.limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

async function purgeAudit(db: Kysely<Schema>, step: PurgeStep): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('audit')
    .where('id', 'in', query =>
      query.selectFrom('audit').select('id').where('at', '<', step.notesBefore).limit(step.limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** Every level of the past, but the newest of each domain. */
async function purgeChanges(db: Kysely<Schema>, step: PurgeStep): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('domain_level_change')
    .where('id', 'in', query =>
      query
        .selectFrom('domain_level_change as old')
        .select('old.id')
        .where('old.changed_at', '<', step.notesBefore)
        .where(where =>
          where.exists(
            where
              .selectFrom('domain_level_change as newer')
              .select(sql`1`.as('one'))
              .whereRef('newer.customer_id', '=', 'old.customer_id')
              .whereRef('newer.domain', '=', 'old.domain')
              .whereRef('newer.id', '>', 'old.id'),
          ),
        )
        .limit(step.limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
