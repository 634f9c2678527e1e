import t from 'tap'
import { command } from '../../../src/cli/commands/ask.js'
import type { DatabaseStore } from '../../../src/store/database-store.js'
import { sampleNewQuestion, sampleQuestion } from '../../support/question-samples.js'
import { storeBench } from '../../support/store-commands.js'
import { sampleGuest } from '../../support/store-guests.js'

const { id, reference } = sampleQuestion()
const NEVER = Date.UTC(2100, 0)

/** A question about a confidential message, for somebody who waits. */
async function ask(store: DatabaseStore): Promise<void> {
  const choices = ['seal', 'cancel'] as const
  const until = NEVER
  await store.questions.ask(sampleNewQuestion({ choices, class: 'confidential', until }))
  await store.wait(sampleGuest({ why: 'ask', queueId: undefined, until }))
}

void t.test('questions are listed and shown with what may be answered', async t => {
  const bench = storeBench(t, command)
  await bench.prepare(ask)
  const { out, exit } = await bench.run('ask', 'list')
  t.equal(exit, 0)
  t.match(out, new RegExp(`^${id} {2}alice@clinic\\.example to bob@x\\.example\n`))
  t.match(out, 'the sender may seal, cancel; an officer seal, send, cancel; silence: reject')
  t.match(out, 'not asked yet; open until ')
  const shown = await bench.run('ask', 'show', reference, '--json')
  t.match(JSON.parse(shown.out), { id, state: 'open', class: 'confidential' })
  t.notMatch(shown.out, /bodyHash|token|digest/)
  t.match(await bench.run('ask', 'show', 'nobody'), { exit: 65, err: /No question is kept/ })
  t.match(await bench.run('ask', 'list', '--state', 'answered'), { err: /no such questions/ })
})

void t.test('an officer lowers the class, with both names and the reason on record', async t => {
  const bench = storeBench(t, command)
  await bench.prepare(ask)
  const why = ['--choice', 'send', '--officer', 'ann', '--reason', 'read, harmless']
  const { err, exit } = await bench.run('ask', 'answer', reference, ...why)
  t.equal(exit, 0)
  t.match(err, `Answered: send (${reference}).`)
  await bench.prepare(async store => {
    const [question] = await store.questions.find('*', id)
    t.match(question, {
      state: 'answered',
      answer: 'send',
      way: 'officer',
      answeredBy: /^ann \(by /,
    })
    const [entry] = (await store.listAudit('*')).filter(({ act }) => act === 'ask-answer')
    t.match(entry, { object: reference, detail: /send, by officer, class confidential: read/ })
    t.match(await store.waiting('key'), { verdict: 'released' })
  })
  const again = await bench.run('ask', 'answer', id, ...why)
  t.match(again, { exit: 65, err: /No question is open/ })
  t.match((await bench.run('ask', 'show', id)).out, /send by ann \(by .*\), officer /)
})

void t.test('what cannot be done is refused, and so is an answer without a reason', async t => {
  const bench = storeBench(t, command)
  await bench.prepare(store =>
    store.questions.ask(sampleNewQuestion({ officerChoices: ['seal', 'cancel'], until: NEVER })),
  )
  const refused = await bench.run('ask', 'answer', id, '--choice', 'send', '--reason', 'x')
  t.match(refused, { exit: 65, err: /"send" cannot be done .* seal, cancel/ })
  t.not((await bench.run('ask', 'answer', id, '--choice', 'seal')).exit, 0)
  t.equal((await bench.run('ask', 'answer', id, '--choice', 'seal', '--reason', ' ')).exit, 65)
  await bench.prepare(async store => {
    t.match(await store.questions.question(id), { state: 'open' })
  })
})
