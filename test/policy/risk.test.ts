import t from 'tap'
import type { RiskClass } from '../../src/policy/model.js'
import { assessRisk, rulesBehind, type RiskInput } from '../../src/policy/risk.js'
import { NO_RULES, compileRules } from '../../src/policy/rules.js'
import { label, NO_CLAIMS } from '../support/policy-samples.js'

const input = (change: Partial<RiskInput>): RiskInput => ({
  labels: [],
  sender: { address: 'anna@example.org' },
  recipients: [{ address: 'bob@example.net', domain: 'example.net' }],
  message: NO_CLAIMS,
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

t.test('a permitted sender lowers the class by a tag', async t => {
  const plain = { ...setNormal, name: 'plain', subject_tag: ['[plain]'] }
  const rules = compileRules([plain], () => 'x')
  const tagged = { ...NO_CLAIMS, edgeOf: (tag: string) => (tag === '[plain]' ? 'end' : undefined) }
  const labels = [label('confidential')]
  const message = tagged as typeof NO_CLAIMS
  t.equal(assessRisk(input({ labels, rules, message, sender: anna })).class, 'normal')
  t.equal(assessRisk(input({ labels, rules, sender: anna })).class, 'confidential', 'no tag')
  t.equal(assessRisk(input({ labels, rules, message })).class, 'confidential', 'nobody known')
  const stated = { ...anna, stated: ['plain'] }
  t.equal(assessRisk(input({ labels, rules, sender: stated })).class, 'normal', 'in a later pass')
  const other = { address: 'anna@example.org', stated: ['plain'] }
  t.equal(assessRisk(input({ labels, rules, sender: other })).class, 'confidential', 'of nobody')
})

t.test('a tag that a rule asks for is reported, so that it is taken off', async t => {
  const rules = compileRules(
    [{ name: 'tag', subject_tag: ['[secure]'], raise_to: 'high' }],
    () => 'x',
  )
  const message = { ...NO_CLAIMS, edgeOf: () => 'start' as const }
  const reported = (labels: RiskInput['labels']): unknown[] =>
    assessRisk(input({ rules, message, labels })).labels.map(({ id, class: c, count }) => [
      id,
      c,
      count,
    ])
  t.same(reported([]), [
    ['rule.tag', 'high', undefined],
    ['subject-tag-start', 'normal', 1],
  ])
  const counted = { ...label('high'), id: 'subject-tag-start', count: 2 }
  t.same(reported([counted]), [
    ['subject-tag-start', 'high', 2],
    ['rule.tag', 'high', undefined],
  ])
})

t.test('the rules behind a class are known by their names', async t => {
  const { labels } = assessRisk(
    input({
      labels: [label('high')],
      rules: compileRules([setNormal, raiseHigh], () => 'x'),
      sender: anna,
    }),
  )
  t.same(rulesBehind(labels), ['shop', 'hr'])
})
