import type { Kysely } from 'kysely'
import type { AnswerOutcome, Question, QuestionAnswer } from '../questions.js'
import type { Schema } from '../schema.js'
import { storable } from '../storable.js'
import { addAudit } from './audit.js'
import { questionOf } from './questions.js'

/**
 * Answers a question; of several answers the first counts, and whoever waits is woken as by a decision
 * of an officer. What is not offered, or comes too late, changes nothing.
 */
export async function answerQuestion(
  db: Kysely<Schema>,
  { answer, at }: { readonly answer: QuestionAnswer; readonly at: number },
): Promise<AnswerOutcome> {
  const { id, choice, way, by } = answer
  return db.transaction().execute(async transaction => {
    const before = await questionOf(transaction, { id })
    if (before === undefined) return { kind: 'refused', why: 'closed' }
    const offered = way === 'officer' ? before.officerChoices : before.choices
    if (!offered.includes(choice)) return { kind: 'refused', why: 'not-offered' }
    const reason = storable(answer.reason)
    const answered = await transaction
      .updateTable('question')
      .set({ state: 'answered', answer: choice, answered_at: at })
      .set({ answered_by: storable(by), way, reason })
      .where('id', '=', id)
      .where('state', '=', 'open')
      .where('until', '>', at)
      .executeTakeFirst()
    if (answered.numUpdatedRows === 0n) return { kind: 'refused', why: 'closed' }
    const woken = await transaction
      .updateTable('waiting')
      .set({ verdict: choice === 'cancel' ? 'cancelled' : 'released', decided_by: storable(by) })
      .set({ decided_at: at, reason, woken_at: null })
      .where('ended_at', 'is', null)
      .where('why', '=', 'ask')
      .where('key', 'in', keys =>
        keys.selectFrom('question_recipient').select('key').where('question', '=', id),
      )
      .returning('queue_id')
      .execute()
    const { customer, reference: object, class: riskClass } = before
    const because = reason === '' ? '' : `: ${reason}`
    await addAudit(transaction, {
      at,
      customer,
      actor: storable(by),
      act: 'ask-answer',
      object,
      detail: `${choice}, by ${way}, class ${riskClass}${because}`,
    })
    const question = (await questionOf(transaction, { id })) ?? before
    const queueIds = [...new Set(woken.flatMap(({ queue_id }) => queue_id ?? []))]
    return { kind: 'done', question, queueIds }
  })
}

/** Closes a question whose time is over; one that was answered in between stays answered. */
export async function endInSilence(
  db: Kysely<Schema>,
  { id, at }: { readonly id: string; readonly at: number },
): Promise<Question | undefined> {
  return db.transaction().execute(async transaction => {
    const ended = await transaction
      .updateTable('question')
      .set({ state: 'silent', answered_at: at })
      .where('id', '=', id)
      .where('state', '=', 'open')
      .where('until', '<=', at)
      .executeTakeFirst()
    const question = await questionOf(transaction, { id })
    if (question === undefined || ended.numUpdatedRows === 0n) return question
    await addAudit(transaction, {
      at,
      customer: question.customer,
      actor: 'postseal',
      act: 'ask-silence',
      object: question.reference,
      detail: `nobody answered, so ${question.silence}; class ${question.class}`,
    })
    return question
  })
}
