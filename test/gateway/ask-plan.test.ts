import t from 'tap'
import { askingGateway, NOON, type AskingGateway } from '../support/ask-gateway.js'
import { LETTER, pass, type Passed } from '../support/seal-gateway.js'

const TO_FAIR = { recipients: ['bob@fair.example'] }
const HOUR = 3_600_000

/** First pass and the first try at split. */
async function asked(
  gateway: AskingGateway,
  more: Parameters<typeof pass>[3] = TO_FAIR,
  message = LETTER,
): Promise<{ readonly onward: Buffer; readonly split: Passed }> {
  const { onward } = await pass(gateway, 'first', message, more)
  return { onward, split: await pass(gateway, 're-split', onward, { ...more, queueId: 'SPLIT1' }) }
}

const answer = (gateway: AskingGateway, id: string, choice: 'seal' | 'send' | 'cancel') =>
  gateway.database.questions.answer({ id, choice, way: 'link', by: 'the sender', reason: '' })

t.test('the message waits, its sender is asked once, and every try waits on', async t => {
  const gateway = await askingGateway(t)
  const { onward, split } = await asked(gateway)
  t.equal(split.verdict, 'tempfail')
  t.match(split.said, /Waiting for the answer of its sender, who has been asked, reference /)
  const question = await gateway.question()
  t.match(question, {
    sender: 'anna@in.example',
    authUser: 'anna',
    messageId: '1@in.example',
    class: 'high',
    choices: ['seal', 'send', 'cancel'],
    recipients: ['bob@fair.example'],
    until: NOON + 12 * HOUR,
    reference: gateway.records[0]?.reference,
  })
  gateway.later(HOUR)
  t.equal((await pass(gateway, 're-split', onward, TO_FAIR)).verdict, 'tempfail')
  t.same(await gateway.question(), question)
  t.match([...gateway.memory.waiting.values()], [{ why: 'ask', tries: 2, until: NOON + 12 * HOUR }])
  t.same(gateway.memory.notices, [], 'nobody is told to do nothing')
  t.notMatch(JSON.stringify([question, gateway.logged.lines]), /Befund|Secret/)
})

t.test('recipients share a question; another choice makes another', async t => {
  const gateway = await askingGateway(t)
  const recipients = ['bob@fair.example', 'eva@fair.example', 'max@bad.example']
  const { onward } = await pass(gateway, 'first', LETTER, { recipients })
  for (const one of recipients) await pass(gateway, 're-split', onward, { recipients: [one] })
  const questions = await gateway.database.questions.find('*', undefined)
  t.match(
    questions.toSorted((a, b) => a.recipients.length - b.recipients.length),
    [
      { recipients: ['max@bad.example'], choices: ['seal', 'cancel'] },
      { recipients: ['bob@fair.example', 'eva@fair.example'], choices: ['seal', 'send', 'cancel'] },
    ],
    'what would be sealed anyway cannot be sent',
  )
})

t.test('what is chosen is done', async t => {
  const gateway = await askingGateway(t)
  const cases = [
    ['seal', { verdict: 'accept', lane: 'sealed' }, { action: 'seal', row: 'answer.seal' }],
    ['send', { verdict: 'accept', lane: 'tls' }, { action: 'deliver', row: 'normal.3' }],
    ['cancel', { verdict: 'reject', lane: undefined }, { action: 'reject', row: 'answer.cancel' }],
  ] as const
  for (const [choice, want, decided] of cases) {
    const to = { recipients: [`${choice}@fair.example`] }
    const { onward } = await asked(gateway, to)
    const [question] = await gateway.database.questions.find('*', undefined)
    t.match(await answer(gateway, question?.id ?? '', choice), { kind: 'done' }, choice)
    gateway.later(1000)
    const last = await pass(gateway, 're-split', onward, to)
    t.match(last, want, choice)
    t.match(gateway.records.at(-1)?.decision, { class: 'high', recipients: [decided] }, choice)
    if (choice === 'cancel') t.match(last.said, /cancelled by the sender/)
  }
  t.equal(gateway.memory.sealed.letters.size, 1)
})

t.test('a letter that was chosen is not asked about when a lane hands it back', async t => {
  const gateway = await askingGateway(t)
  const { onward } = await asked(gateway)
  await answer(gateway, (await gateway.question()).id, 'seal')
  const sealed = await pass(gateway, 're-split', onward, TO_FAIR)
  t.match(await pass(gateway, 're-split', sealed.onward, TO_FAIR), { lane: 'sealed' })
})

t.test('the answer counts for this body and this recipient alone', async t => {
  const gateway = await askingGateway(t)
  const { onward } = await asked(gateway)
  const { id } = await gateway.question()
  await answer(gateway, id, 'send')
  const other = await pass(gateway, 're-split', onward, { recipients: ['eva@fair.example'] })
  t.equal(other.verdict, 'tempfail')
  const changed = Buffer.from(onward.toString('latin1').replace('Secret', 'Sacred'), 'latin1')
  const forged = await pass(gateway, 're-split', changed, TO_FAIR)
  t.not(forged.lane, 'tls', 'a message from nobody')
  t.equal((await gateway.database.questions.find('*', undefined)).length, 2)
})

t.test('confidential is lowered by an officer alone', async t => {
  const gateway = await askingGateway(t)
  const message = Buffer.from('Subject: [confidential] x\r\n\r\nSecret text\r\n')
  const { onward } = await asked(gateway, TO_FAIR, message)
  const question = await gateway.question()
  t.match(question, {
    class: 'confidential',
    choices: ['seal', 'cancel'],
    officerChoices: ['seal', 'send', 'cancel'],
  })
  t.same(await answer(gateway, question.id, 'send'), { kind: 'refused', why: 'not-offered' })
  t.equal((await pass(gateway, 're-split', onward, TO_FAIR)).verdict, 'tempfail')
  const officer = { way: 'officer', by: 'ann', reason: 'read it' } as const
  await gateway.database.questions.answer({ id: question.id, choice: 'send', ...officer })
  t.match(await pass(gateway, 're-split', onward, TO_FAIR), { lane: 'tls' })
  t.match(gateway.records.at(-1)?.decision.recipients[0]?.why, /^an officer says that it is normal/)
})

t.test('silence ends as the policy says, and not before its time', async t => {
  const ends = [
    ['reject', 'reject', undefined, /nobody answered the question in time/],
    ['seal', 'accept', 'sealed', /./],
    ['hold', 'tempfail', undefined, /Waiting for a release/],
  ] as const
  for (const [silence, verdict, lane, said] of ends) {
    const settings = `[ask]\naddress = "ask@in.example"\nlimit = "1h"\nsilence = "${silence}"`
    const gateway = await askingGateway(t, settings)
    const { onward } = await asked(gateway)
    gateway.later(HOUR - 1)
    t.equal((await pass(gateway, 're-split', onward, TO_FAIR)).verdict, 'tempfail', silence)
    t.match(await gateway.question(), { state: 'open' })
    gateway.later(1)
    const last = await pass(gateway, 're-split', onward, TO_FAIR)
    t.match(last, { verdict, lane }, silence)
    t.match(last.said ?? '-', said, silence)
    const { id } = await gateway.question()
    t.match(await answer(gateway, id, 'send'), { kind: 'refused', why: 'closed' }, silence)
  }
})

t.test('where nobody can be asked, policy says what is done', async t => {
  const auto = Buffer.from('Subject: [hoch] x\r\nAuto-Submitted: auto-replied\r\n\r\nx\r\n')
  const cases = [
    ['an automatic message', auto, TO_FAIR, ''],
    ['nobody', LETTER, { ...TO_FAIR, sender: '' }, ''],
    ['a sender outside', LETTER, { ...TO_FAIR, sender: 'eve@out.example' }, ''],
    ['no way to answer', LETTER, TO_FAIR, '[ask]\n'],
  ] as const
  for (const [name, message, more, settings] of cases) {
    const gateway = await askingGateway(t, settings)
    const { split } = await asked(gateway, more, message)
    t.equal(split.verdict, 'reject', name)
    t.match(gateway.records.at(-1)?.decision.recipients, [{ row: 'ask.unanswerable' }], name)
    t.same(await gateway.database.questions.find('*', undefined), [], name)
  }
  const gateway = await askingGateway(t, '[ask]\nunanswerable = "hold"\n')
  t.match((await asked(gateway)).split.said, /Waiting for a release/)
})
