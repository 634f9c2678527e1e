import t from 'tap'
import { printCard, wrap } from '../../demo/card.js'
import { EXAMPLES } from '../../demo/examples.js'
import { differences } from '../../demo/expectations.js'
import type { Outcome } from '../../demo/outcome.js'
import { createTerminal, type Screen } from '../../demo/terminal.js'

const [EXAMPLE] = EXAMPLES
if (EXAMPLE === undefined) throw new Error('there are examples')
const ADDRESS = 'buchhaltung@handwerk.example'

const OUTCOME: Outcome = {
  example: EXAMPLE,
  answer: { code: 250, lines: ['250 2.0.0 Ok: queued as A1'], queueId: 'A1' },
  decision: {
    class: 'normal',
    labels: [],
    content: {
      verdict: 'not-encrypted',
      system: null,
      coverage: 'none',
      strength: 'none',
      parts: [],
      why: 'nothing is protected',
    },
    recipients: [],
  },
  recipients: [
    {
      decision: {
        address: ADDRESS,
        domain: 'handwerk.example',
        level: 'mandatory',
        action: 'deliver',
        lane: 'tls',
        row: 'normal.3',
        why: 'it is good enough',
      },
      delivery: {
        recipient: ADDRESS,
        status: 'sent',
        relay: 'x',
        text: '250 ok',
        trust: 'Trusted',
      },
      arrival: {
        receiver: 'mx.handwerk.example',
        at: '2026-11-23T10:00:00.000Z',
        recipients: [ADDRESS],
        tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
        messageId: '<01-rechnung@praxis.example>',
        bytes: 1,
        file: '0001.eml',
      },
    },
  ],
}

const SUBJECTS = { sent: 'a \u001b[2Jsubject', arrived: undefined }

await t.test(
  'a card tells what was decided and how it arrived, and text cannot steer the terminal',
  async t => {
    const screen = record({})
    const terminal = createTerminal(screen, {})
    printCard(OUTCOME, { subjects: SUBJECTS, withPostfix: true, differences: [] }, terminal)
    t.equal(
      screen.text(),
      `
01-rechnung  a ?[2Jsubject
               An ordinary letter; the recipient’s server has TLS. Goes out.
  class        normal
  content      not-encrypted: nothing is protected
  to           buchhaltung@handwerk.example (mandatory)
  decided      deliver, lane tls, row normal.3: it is good enough
               arrived at mx.handwerk.example over TLSv1.3, TLS_AES_256_GCM_SHA384; certificate for
               mail.anderswo.example, its issuer trusted
`,
    )
  },
)

await t.test(
  'a refusal shows what the sender sees, and a difference cannot be overlooked',
  async t => {
    const screen = record({})
    const answer = { code: 550, lines: ['550-5.7.1 one', '550 5.7.1 two'], queueId: undefined }
    const recipients = OUTCOME.recipients.map(one => ({
      ...one,
      arrival: undefined,
      delivery: undefined,
    }))
    const extras = { subjects: SUBJECTS, withPostfix: true, differences: ['the class is odd'] }
    printCard({ ...OUTCOME, answer, recipients }, extras, createTerminal(screen, {}))
    t.match(screen.text(), /not sent\n {2}sender sees {2}550-5\.7\.1 one\n {15}550 5\.7\.1 two\n/)
    t.match(screen.text(), /UNEXPECTED {3}the class is odd/)
  },
)

await t.test('every way to differ from what was expected is said', async t => {
  const asExpected = { ...OUTCOME, recipients: OUTCOME.recipients }
  const how = { subject: undefined, withPostfix: true }
  t.same(differences(asExpected, how), [])
  const refused = { ...OUTCOME, answer: { ...OUTCOME.answer, code: 550 } }
  t.same(differences(refused, how), ['the answer is 550, expected 250'])
  t.same(differences({ ...OUTCOME, decision: { ...OUTCOME.decision, class: 'high' } }, how), [
    'the class is high, expected normal',
  ])
  t.same(differences({ ...OUTCOME, recipients: [] }, how), [
    'the number of recipients is 0, expected 1',
    `the action for ${ADDRESS} is undefined, expected deliver`,
    `how ${ADDRESS} got it is not at all, expected encrypted`,
  ])
  const [one] = OUTCOME.recipients
  if (one?.arrival === undefined) throw new Error('the outcome has an arrival')
  const clear = { ...one, arrival: { ...one.arrival, tls: null } }
  t.same(differences({ ...OUTCOME, recipients: [clear] }, how), [
    `how ${ADDRESS} got it is clear, expected encrypted`,
  ])
  const example = { ...EXAMPLE, subject: 'as it was' }
  t.same(differences({ ...OUTCOME, example }, { subject: 'other', withPostfix: false }), [
    'the subject is other, expected as it was',
  ])
})

await t.test('colours are for terminals, and only where nobody has forbidden them', async t => {
  const red = (screen: Screen, environment: NodeJS.ProcessEnv): string =>
    createTerminal(screen, environment).paint.red('x')
  t.equal(red(record({ isTTY: true }), {}), '\u001b[31mx\u001b[39m')
  t.equal(red(record({ isTTY: true }), { NO_COLOR: '1' }), 'x')
  t.equal(red(record({}), {}), 'x')
})

await t.test('a step says how it ended, also when it failed', async t => {
  const screen = record({})
  const terminal = createTerminal(screen, {})
  t.equal(await terminal.step('good', async () => 7), 7)
  await t.rejects(
    terminal.step('bad', () => Promise.reject(new Error('no'))),
    /no/,
  )
  t.match(screen.text(), /^ {2}✓ good \d+\.\d s\n {2}✗ bad \d+\.\d s\n$/)
})

await t.test('lines are broken at spaces, and a long word stands alone', async t => {
  t.same(wrap('aa bb cc', 5), ['aa bb', 'cc'])
  t.same(wrap('a bbbbbbbb c', 4), ['a', 'bbbbbbbb', 'c'])
  t.same(wrap('', 4), [''])
})

function record(about: { isTTY?: boolean }): Screen & { text(): string } {
  let written = ''
  return { ...about, write: (text: string) => (written += text), text: () => written }
}
