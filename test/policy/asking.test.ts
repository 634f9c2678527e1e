import t from 'tap'
import { decide } from '../../src/policy/decide.js'
import type { AskOutlook } from '../../src/policy/asking.js'
import type { RiskClass } from '../../src/policy/model.js'
import { compileRules } from '../../src/policy/rules.js'
import { decideInput, label } from '../support/policy-samples.js'

const ASK = compileRules([{ name: 'ask', domain: ['example.net'], action: 'ask' }], () => 'f')
const ASK_AND_HOLD = compileRules(
  [
    { name: 'ask', domain: ['example.net'], class: ['high', 'confidential'], action: 'ask' },
    { name: 'hold', domain: ['example.net'], class: ['normal'], action: 'hold' },
  ],
  () => 'f',
)

interface Case {
  readonly asking?: AskOutlook
  readonly riskClass?: RiskClass
  readonly level?: 'none' | 'mandatory' | 'qualified' | 'internal'
  readonly rules?: typeof ASK
  readonly released?: boolean
  readonly sealUsable?: boolean
}

function outcome({ asking, riskClass = 'high', level = 'mandatory', ...more }: Case): string {
  const recipient = { address: 'bob@example.net', domain: 'example.net', level, asking }
  const { rules = ASK, released, sealUsable = true } = more
  const input = { labels: [label(riskClass)], recipients: [recipient], rules, sealUsable, released }
  const [decided] = decide(decideInput(input)).recipients
  return `${decided?.action} ${decided?.lane ?? '-'} ${decided?.row}`
}

const answered = (choice: 'seal' | 'send' | 'cancel'): AskOutlook => ({
  kind: 'answered',
  choice,
  by: 'the sender',
})
const silent = (action: 'reject' | 'seal' | 'hold'): AskOutlook => ({
  kind: 'instead',
  action,
  row: 'ask.silent',
  why: 'nobody answered',
})

t.test('an answer decides, and never over anything but the question', async t => {
  const cases: readonly (readonly [name: string, facts: Case, want: string])[] = [
    ['nobody has looked', {}, 'ask - rule.ask'],
    ['asked', { asking: { kind: 'ask' } }, 'ask - rule.ask'],
    ['seal', { asking: answered('seal') }, 'seal sealed answer.seal'],
    [
      'seal, without a plugin',
      { asking: answered('seal'), sealUsable: false },
      'reject - answer.seal',
    ],
    ['cancel', { asking: answered('cancel') }, 'reject - answer.cancel'],
    ['send', { asking: answered('send') }, 'deliver tls normal.3'],
    [
      'send, confidential',
      { asking: answered('send'), riskClass: 'confidential' },
      'deliver tls normal.3',
    ],
    [
      'send, to nobody with TLS',
      { asking: answered('send'), level: 'none' },
      'seal sealed normal.8',
    ],
    [
      'send, but normal mail is held',
      { asking: answered('send'), rules: ASK_AND_HOLD },
      'hold - rule.hold',
    ],
    ['over', { asking: { kind: 'over' } }, 'seal sealed high.7'],
    ['silence rejects', { asking: silent('reject') }, 'reject - ask.silent'],
    ['silence seals', { asking: silent('seal') }, 'seal sealed ask.silent'],
    ['silence holds', { asking: silent('hold') }, 'hold - ask.silent'],
    [
      'silence held, and an officer released it',
      { asking: silent('hold'), released: true },
      'seal sealed high.7',
    ],
    [
      'silence rejects, whoever releases',
      { asking: silent('reject'), released: true },
      'reject - ask.silent',
    ],
    ['inside', { asking: answered('cancel'), level: 'internal' }, 'deliver internal internal.1'],
  ]
  for (const [name, facts, want] of cases) t.equal(outcome(facts), want, name)
  t.ok(cases.length > 10)
})

t.test('where nobody asks any more, sealing and cancelling still hold', async t => {
  const rules = compileRules([], () => 'f')
  const level = 'qualified'
  t.equal(outcome({ rules, level }), 'deliver qtls high.2')
  t.equal(outcome({ rules, level, asking: answered('send') }), 'deliver qtls high.2')
  t.equal(outcome({ rules, level, asking: answered('seal') }), 'seal qtls answer.seal')
  t.equal(outcome({ rules, level, asking: answered('cancel') }), 'reject - answer.cancel')
  const hold = compileRules([{ name: 'stop', domain: ['example.net'], action: 'hold' }], () => 'f')
  t.equal(outcome({ rules: hold, asking: answered('seal') }), 'hold - rule.stop')
  t.equal(outcome({ rules: hold, asking: answered('send') }), 'hold - rule.stop')
})
