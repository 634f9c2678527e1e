import t from 'tap'
import type { RiskClass } from '../../src/policy/model.js'
import { assessRisk, type RiskInput } from '../../src/policy/risk.js'
import { NO_RULES, compileRules } from '../../src/policy/rules.js'
import { label } from '../support/policy-samples.js'

const input = (change: Partial<RiskInput>): RiskInput => ({
  labels: [],
  sender: { address: 'anna@example.org' },
  recipients: [{ address: 'bob@example.net', domain: 'example.net' }],
  rules: NO_RULES,
  ...change,
})

const anna = { address: 'anna@example.org', authUser: 'anna' }
const setNormal = {
  name: 'shop',
  user: ['anna'],
  set_class: 'normal',
  reason: 'sends the newsletter',
}
const raiseHigh = { name: 'hr', sender: ['@example.org'], raise_to: 'high' }
const raiseByDomain = { name: 'court', domain: ['example.net'], raise_to: 'confidential' }

t.test('the class of a message', async t => {
  const cases: [string, Partial<RiskInput>, RiskClass][] = [
    ['is normal without labels', {}, 'normal'],
    [
      'is the highest label',
      { labels: [label('high'), label('confidential'), label('normal')] },
      'confidential',
    ],
    ['never gets below the class of an earlier pass', { floor: 'high' }, 'high'],
    ['is raised by a rule', { rules: compileRules([raiseHigh], () => 'x') }, 'high'],
    [
      'is raised by a rule about a recipient',
      { rules: compileRules([raiseByDomain], () => 'x') },
      'confidential',
    ],
    [
      'is not lowered by a rule that raises',
      { labels: [label('confidential')], rules: compileRules([raiseHigh], () => 'x') },
      'confidential',
    ],
    [
      'is what a permitted sender states',
      { labels: [label('high')], sender: anna, rules: compileRules([setNormal], () => 'x') },
      'normal',
    ],
    [
      'is not what somebody else states',
      { labels: [label('high')], rules: compileRules([setNormal], () => 'x') },
      'high',
    ],
    [
      'is raised although a permitted sender states less',
      { sender: anna, rules: compileRules([setNormal, raiseHigh], () => 'x') },
      'high',
    ],
    [
      'does not fall below the floor although a permitted sender states less',
      { sender: anna, floor: 'confidential', rules: compileRules([setNormal], () => 'x') },
      'confidential',
    ],
    [
      'is not raised by a rule about somebody else',
      {
        recipients: [{ address: 'eve@example.com', domain: 'example.com' }],
        rules: compileRules([raiseByDomain], () => 'x'),
      },
      'normal',
    ],
  ]
  for (const [name, change, want] of cases) t.equal(assessRisk(input(change)).class, want, name)
  t.ok(cases.length > 0)
})

t.test('whatever had a say stands among the labels', async t => {
  const { labels } = assessRisk(
    input({
      labels: [label('high')],
      sender: anna,
      floor: 'normal',
      rules: compileRules([setNormal, raiseHigh], () => 'x'),
    }),
  )
  t.match(labels, [
    { plugin: 'classify/test' },
    {
      plugin: 'policy/rules',
      id: 'rule.shop',
      why: 'rule shop sets the class: sends the newsletter',
    },
    { plugin: 'policy/rules', id: 'rule.hr', why: 'rule hr raises the class' },
    { plugin: 'policy/floor', id: 'earlier-pass' },
  ])
  t.equal(labels.length, 4)
})
