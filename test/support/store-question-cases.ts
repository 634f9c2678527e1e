import type { DatabaseStore } from '../../src/store/database-store.js'
import type { QuestionAnswer } from '../../src/store/questions.js'
import { sampleNewQuestion, sampleQuestion } from './question-samples.js'
import type { StoreCase } from './store-cases.js'
import { sampleGuest, sampleNotice } from './store-guests.js'

const ANSWER: QuestionAnswer = {
  id: sampleQuestion().id,
  choice: 'seal',
  way: 'link',
  by: 'the sender',
  reason: '',
}

/** Two recipients who wait for the answer to one question. */
async function asked(store: DatabaseStore): Promise<void> {
  await store.questions.ask(sampleNewQuestion())
  const other = { key: 'other', recipient: 'carl@x.example', id: 'zzzzzzzzzzzzzzzzzzzz', at: 3000 }
  await store.questions.ask(sampleNewQuestion(other))
  await store.wait(sampleGuest({ why: 'ask' }))
  await store.wait(sampleGuest({ why: 'ask', key: 'other', queueId: '4Zq2' }))
}

/** What every store does for questions to senders. */
export const QUESTION_CASES: readonly StoreCase[] = [
  [
    'recipients of one message share a question and its mail, and asking again changes nothing',
    async (t, open) => {
      let now = 2000
      const store = await open(t, { now: () => now })
      const { questions } = store
      await store.addNotice(sampleNotice())
      t.same(await questions.ask(sampleNewQuestion()), sampleQuestion())
      await asked(store)
      await questions.ask(sampleNewQuestion({ id: 'yyyyyyyyyyyyyyyyyyyy', at: 4000 }))
      const both = sampleQuestion({ recipients: ['bob@x.example', 'carl@x.example'] })
      t.same(await questions.ofGuest('key', 'body'), both)
      t.same(await questions.ofGuest('other', 'body'), both)
      t.equal(await questions.ofGuest('key', 'another body'), undefined)
      now = 7999
      t.same(await store.dueNotices(5), [], 'it waits for more, and nobody is told that he waits')
      now = 8000
      const due = await store.dueNotices(5)
      t.match(due, [{ kind: 'ask', key: both.id, to: 'alice@clinic.example' }])
      t.equal(due.length, 1)
      t.match(due[0]?.messageId, /^ask\.[0-9a-f]{32}$/)
      t.notMatch(due[0]?.messageId, both.id)
    },
  ],
  [
    'who comes when the mail is made has a question of his own',
    async (t, open) => {
      const { questions } = await open(t, { now: () => 2500 })
      await questions.ask(sampleNewQuestion())
      t.match(await questions.addToken(sampleQuestion().id, 'digest'), { askedAt: 2500 })
      const late = { key: 'late', recipient: 'late@x.example', id: 'zzzzzzzzzzzzzzzzzzzz' }
      t.match(await questions.ask(sampleNewQuestion(late)), {
        id: 'zzzzzzzzzzzzzzzzzzzz',
        recipients: ['late@x.example'],
      })
      t.match(await questions.ofGuest('key', 'body'), { recipients: ['bob@x.example'] })
    },
  ],
  [
    'another class is another question',
    async (t, open) => {
      const { questions } = await open(t, { now: () => 2500 })
      await questions.ask(sampleNewQuestion())
      const higher = { class: 'confidential', matter: 'more', id: 'zzzzzzzzzzzzzzzzzzzz' } as const
      await questions.ask(sampleNewQuestion({ ...higher, at: 2001 }))
      t.match(await questions.ofGuest('key', 'body'), { class: 'confidential' })
    },
  ],
  [
    'of several answers the first counts, on record, and who waits is woken',
    async (t, open) => {
      const store = await open(t, { now: () => 5000 })
      const { questions } = store
      await asked(store)
      await questions.addToken(ANSWER.id, 'digest')
      t.match(await questions.openByToken('digest'), { id: ANSWER.id })
      t.equal(await questions.openByToken('another'), undefined)
      const outcomes = await Promise.all([
        questions.answer(ANSWER),
        questions.answer({ ...ANSWER, choice: 'cancel' }),
      ])
      t.match(outcomes.map(({ kind }) => kind).toSorted(), ['done', 'refused'])
      t.match(outcomes[0], {
        kind: 'done',
        question: { state: 'answered', answer: 'seal', answeredAt: 5000, way: 'link' },
        queueIds: ['4Zq1', '4Zq2'],
      })
      t.equal(await questions.openByToken('digest'), undefined, 'a token counts once')
      t.match(await store.waitingToWake(1000), [
        { key: 'key', verdict: 'released', decidedBy: 'the sender' },
        { key: 'other', verdict: 'released' },
      ])
      const audit = (await store.listAudit('clinic')).filter(({ act }) => act === 'ask-answer')
      t.match(audit, [{ actor: 'the sender', object: sampleQuestion().reference }])
      t.equal(audit[0]?.detail, 'seal, by link, class high')
    },
  ],
  [
    'what is not offered changes nothing; an officer is offered more',
    async (t, open) => {
      const { questions } = await open(t, { now: () => 5000 })
      await questions.ask(sampleNewQuestion({ choices: ['seal', 'cancel'] }))
      const lower = { ...ANSWER, choice: 'send' } as const
      t.same(await questions.answer(lower), { kind: 'refused', why: 'not-offered' })
      t.match(await questions.question(ANSWER.id), { state: 'open' })
      const officer = { ...lower, way: 'officer', by: 'ann' } as const
      await t.rejects(questions.answer(officer), { code: 'ERR_STORE_INPUT', message: /a reason/ })
      await t.rejects(questions.answer({ ...officer, by: ' ' }), { code: 'ERR_STORE_INPUT' })
      t.match(await questions.answer({ ...officer, reason: 'read' }), { kind: 'done' })
      t.same(await questions.answer({ ...ANSWER, id: 'nobody' }), {
        kind: 'refused',
        why: 'closed',
      })
    },
  ],
  [
    'silence ends a question at its time and not before, and an answer then is too late',
    async (t, open) => {
      let now = 999_999
      const store = await open(t, { now: () => now })
      const { questions } = store
      await asked(store)
      await questions.addToken(ANSWER.id, 'digest')
      t.match(await questions.endInSilence(ANSWER.id), { state: 'open' })
      now = 1_000_000
      t.equal(await questions.openByToken('digest'), undefined)
      t.same(await questions.answer(ANSWER), { kind: 'refused', why: 'closed' })
      t.equal(await questions.addToken(ANSWER.id, 'more'), undefined)
      t.match(await questions.endInSilence(ANSWER.id), { state: 'silent', answer: undefined })
      t.match(await store.listAudit('clinic'), [{ act: 'ask-silence' }])
      t.equal(await questions.endInSilence('nobody'), undefined)
    },
  ],
  [
    'an answer is no release: who waits for an officer next is not let go by it',
    async (t, open) => {
      const store = await open(t, { now: () => 5000 })
      await asked(store)
      const released = { customer: 'clinic', id: 'key', by: 'ann', reason: 'x' } as const
      t.same(await store.decideWaiting({ ...released, verdict: 'released' }), [])
      await store.questions.answer(ANSWER)
      t.match(await store.waiting('key'), { verdict: 'released' })
      t.match(await store.wait(sampleGuest({ why: 'ask' })), { verdict: 'released' })
      const held = await store.wait(sampleGuest({ why: 'hold' }))
      t.equal(held.verdict, undefined)
      t.match(await store.decideWaiting({ ...released, verdict: 'released' }), [{ key: 'key' }])
    },
  ],
  [
    'questions are found by id, reference and queue id, by customer, and are gone with the retention',
    async (t, open) => {
      const store = await open(t, { now: () => 8 * 86_400_000, retentionMs: 1 })
      const { questions } = store
      await asked(store)
      const ids = async (id?: string, customer = '*'): Promise<readonly string[]> =>
        (await questions.find(customer, id)).map(question => question.id)
      for (const id of [undefined, ANSWER.id, sampleQuestion().reference, '4Zq2'])
        t.same(await ids(id), [ANSWER.id], id ?? 'all')
      t.same(await ids('4Zq3'), [])
      t.same(await ids(ANSWER.id, 'others'), [])
      await questions.noteIgnored(sampleQuestion(), 'it comes from another sender')
      t.match(await store.listAudit('clinic'), [
        { act: 'ask-ignored', detail: 'it comes from another sender' },
      ])
      await store.purge()
      t.same(await ids(), [])
    },
  ],
]
