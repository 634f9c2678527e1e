import t from 'tap'
import { decide, type DecideInput, type RecipientFacts } from '../../src/policy/decide.js'
import { ACTIONS, type RiskClass } from '../../src/policy/model.js'
import { compileRules, type ActionRule } from '../../src/policy/rules.js'
import { everySituation } from '../../src/policy/situation.js'
import { ENCRYPTED, READABLE, decideInput, label, shippedTable } from '../support/policy-samples.js'

const bob = (level: RecipientFacts['level'], waitedTooLong = false): RecipientFacts => ({
  address: 'bob@example.net',
  domain: 'example.net',
  level,
  waitedTooLong,
})

t.test('the default table says what the design says', async t => {
  const plain = READABLE
  const weak = { ...READABLE, verdict: 'weak', strength: 'weak', coverage: 'whole' } as const
  const unknown = { ...READABLE, verdict: 'unknown' } as const
  const cases: [
    string,
    RiskClass,
    DecideInput['content'],
    RecipientFacts,
    string,
    string | null,
  ][] = [
    ['normal over mandatory TLS', 'normal', plain, bob('mandatory'), 'deliver', 'tls'],
    ['normal over qualified TLS', 'normal', plain, bob('qualified'), 'deliver', 'qtls'],
    ['normal, encrypted, no TLS', 'normal', ENCRYPTED, bob('none'), 'deliver', 'sealed'],
    ['normal, encrypted, qualified', 'normal', ENCRYPTED, bob('qualified'), 'deliver', 'qtls'],
    ['normal without TLS', 'normal', plain, bob('none'), 'seal', 'sealed'],
    ['normal, weak content, no TLS', 'normal', weak, bob('none'), 'seal', 'sealed'],
    ['normal, unknown content, no TLS', 'normal', unknown, bob('none'), 'seal', 'sealed'],
    ['normal, not yet tested', 'normal', plain, bob('undetermined'), 'wait', null],
    [
      'normal, encrypted, not yet tested',
      'normal',
      ENCRYPTED,
      bob('undetermined'),
      'deliver',
      'sealed',
    ],
    ['normal, tested for too long', 'normal', plain, bob('undetermined', true), 'seal', 'sealed'],
    ['high over qualified TLS', 'high', plain, bob('qualified'), 'deliver', 'qtls'],
    ['high over mandatory TLS', 'high', plain, bob('mandatory'), 'seal', 'sealed'],
    ['high, encrypted, mandatory', 'high', ENCRYPTED, bob('mandatory'), 'deliver', 'sealed'],
    ['high, not yet tested', 'high', plain, bob('undetermined'), 'wait', null],
    ['high, tested for too long', 'high', plain, bob('undetermined', true), 'seal', 'sealed'],
    ['confidential over qualified TLS', 'confidential', plain, bob('qualified'), 'seal', 'qtls'],
    ['confidential, encrypted', 'confidential', ENCRYPTED, bob('none'), 'deliver', 'sealed'],
    ['confidential, weak', 'confidential', weak, bob('qualified'), 'seal', 'qtls'],
    ['confidential, not yet tested', 'confidential', plain, bob('undetermined'), 'wait', null],
    ['confidential and internal', 'confidential', plain, bob('internal'), 'deliver', 'internal'],
  ]
  for (const [name, riskClass, content, recipient, action, lane] of cases) {
    const decision = decide(
      decideInput({ labels: [label(riskClass)], content, recipients: [recipient] }),
    )
    t.equal(decision.class, riskClass, name)
    t.match(decision.recipients, [{ action, lane, level: recipient.level }], name)
    t.match(decision.recipients[0]?.row, /^[a-z]+\.\d+$/, name)
  }
  t.ok(cases.length > 0)
})

t.test('what should be sealed is rejected while nothing can seal', async t => {
  const { recipients } = decide(decideInput({ sealUsable: false }))
  t.match(recipients, [
    {
      action: 'reject',
      lane: null,
      row: 'normal.8',
      why: /transport is not encrypted; seal, not available$/,
    },
  ])
})

t.test('every recipient has a decision of its own', async t => {
  const recipients = [bob('none'), bob('qualified'), bob('internal')]
  const decision = decide(decideInput({ recipients }))
  t.same(
    decision.recipients.map(({ action, lane }) => [action, lane]),
    [
      ['seal', 'sealed'],
      ['deliver', 'qtls'],
      ['deliver', 'internal'],
    ],
  )
  t.ok(Object.isFrozen(decision) && Object.isFrozen(decision.recipients[0]))
})

t.test('rules go before the table', async t => {
  const rule = { name: 'test', domain: ['example.net'] }
  const cases: [string, object, Partial<DecideInput>, object][] = [
    [
      'a stricter rule holds',
      { action: 'hold' },
      {},
      { action: 'hold', row: 'rule.test', lane: null },
    ],
    [
      'a stricter rule holds where the table would deliver',
      { action: 'seal' },
      { recipients: [bob('qualified')] },
      { action: 'seal', row: 'rule.test', lane: 'qtls' },
    ],
    [
      'sealing is stricter than waiting',
      { action: 'seal' },
      { recipients: [bob('undetermined')] },
      { action: 'seal', row: 'rule.test' },
    ],
    [
      'a weaker rule without a reason leaves the table in force',
      { action: 'seal' },
      { kind: 'list' },
      { action: 'reject', row: 'normal.6' },
    ],
    [
      'a weaker rule with a reason holds and names what it goes against',
      { action: 'deliver', reason: 'test system' },
      {},
      {
        action: 'deliver',
        lane: 'tls',
        row: 'rule.test',
        why: /test system \(weaker than normal\.8, which says seal\)/,
      },
    ],
    [
      'a rule hands over to a product',
      { action: 'hand-over', lane: 'seppmail', reason: 'they have accounts there' },
      {},
      { action: 'hand-over', lane: 'seppmail', row: 'rule.test' },
    ],
    [
      'a rule about another level does not fire',
      { action: 'hold', level: ['mandatory'] },
      {},
      { action: 'seal', row: 'normal.8' },
    ],
    [
      'internal recipients are none of its business',
      { action: 'reject' },
      { recipients: [bob('internal')] },
      { action: 'deliver', lane: 'internal', row: 'internal.1' },
    ],
    [
      'a rule that seals rejects while nothing can seal',
      { action: 'seal' },
      { sealUsable: false, recipients: [bob('qualified')] },
      { action: 'reject', row: 'rule.test', why: 'rule test; seal, not available' },
    ],
  ]
  for (const [name, settings, change, want] of cases) {
    const rules = compileRules([{ ...rule, ...settings }], () => 'test')
    t.match(decide(decideInput({ rules, ...change })).recipients, [want], name)
  }
  t.ok(cases.length > 0)
})

t.test('the first rule that matches counts', async t => {
  const rules = compileRules(
    [
      { name: 'first', domain: ['example.net'], action: 'ask' },
      { name: 'second', domain: ['example.net'], action: 'reject' },
    ],
    () => 'test',
  )
  t.match(decide(decideInput({ rules })).recipients, [{ action: 'ask', row: 'rule.first' }])
})

t.test('what cannot happen is a bug, never a pass', async t => {
  const table = { file: 'empty', rows: [] }
  t.throws(() => decide(decideInput({ table })), { code: 'ERR_BUG' })
  const broken: ActionRule = {
    name: 'broken',
    action: 'hand-over',
    lane: undefined,
    reason: 'a hand-over without a lane',
    matches: () => true,
  }
  t.throws(() => decide(decideInput({ rules: { actions: [broken], classes: [] } })), {
    code: 'ERR_BUG',
  })
})

t.test(
  'over the whole input space the decision is there, sound and never laxer than the design',
  async t => {
    let seen = 0
    const wrong: string[] = []
    for (const situation of everySituation()) {
      for (const sealUsable of [true, false]) {
        const { class: riskClass, kind, level, waited, content, strength, coverage } = situation
        const decision = decide(
          decideInput({
            labels: [label(riskClass)],
            kind,
            sealUsable,
            content: { ...READABLE, verdict: content, strength, coverage },
            recipients: [bob(level, waited === 'yes')],
          }),
        )
        seen += 1
        const [first] = decision.recipients
        if (first === undefined || decision.recipients.length !== 1)
          throw new Error('one recipient wanted')
        const enough =
          level === 'internal' ||
          (riskClass === 'normal' &&
            (content === 'encrypted' || level === 'qualified' || level === 'mandatory')) ||
          (riskClass === 'high' &&
            ((content === 'encrypted' && strength === 'strong') || level === 'qualified')) ||
          (riskClass === 'confidential' &&
            content === 'encrypted' &&
            strength === 'strong' &&
            coverage === 'whole')
        const { action, lane, row, why } = first
        const sound =
          ACTIONS.includes(action) &&
          (action === 'deliver') === enough &&
          (action === 'wait') === (!enough && level === 'undetermined' && waited === 'no') &&
          (lane === null) === !['deliver', 'seal', 'hand-over'].includes(action) &&
          (action !== 'seal' || sealUsable) &&
          shippedTable.rows.some(({ name }) => name === row) &&
          why !== ''
        if (!sound) wrong.push(JSON.stringify({ situation, first }))
      }
    }
    t.same(wrong.slice(0, 3), [])
    t.equal(seen, 16_200)
  },
)
