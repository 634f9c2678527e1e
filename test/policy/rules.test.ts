import t from 'tap'
import { compileRules, type RuleFacts } from '../../src/policy/rules.js'

const FACTS: RuleFacts = {
  sender: {
    address: 'anna@example.org',
    authUser: 'anna',
    clientCert: 'CN=anna',
    clientAddress: '192.0.2.7',
  },
  recipient: { address: 'bob@example.net', domain: 'example.net' },
  class: 'high',
  kind: 'ordinary',
  level: 'mandatory',
  content: 'unknown',
}

t.test('every condition of a rule must hold', async t => {
  const conditions: [string, string, string][] = [
    ['sender', 'anna@example.org', 'eve@example.org'],
    ['user', 'anna', 'eve'],
    ['client_cert', 'CN=anna', 'CN=eve'],
    ['client_address', '192.0.2.0/24', '198.51.100.1'],
    ['recipient', '@example.net', '@example.com'],
    ['domain', 'example.net', 'example.com'],
    ['class', 'high', 'normal'],
    ['kind', 'ordinary', 'list'],
    ['level', 'mandatory', 'none'],
    ['content', 'unknown', 'weak'],
  ]
  const all = Object.fromEntries(conditions.map(([name, yes]) => [name, [yes]]))
  const matches = (change: object): boolean | undefined =>
    compileRules(
      [{ name: 'test', action: 'ask', ...all, ...change }],
      () => 'f',
    ).actions[0]?.matches(FACTS)
  t.equal(matches({}), true)
  for (const [name, yes, no] of conditions) {
    t.equal(matches({ [name]: [no] }), false, name)
    t.equal(matches({ [name]: [no, yes] }), true, `${name}, one of several`)
  }
})

t.test('what Postfix does not vouch for matches nothing that asks for it', async t => {
  const { actions } = compileRules([{ name: 'test', user: ['anna'], action: 'ask' }], () => 'f')
  t.equal(actions[0]?.matches({ ...FACTS, sender: { address: 'anna@example.org' } }), false)
})

t.test('problems name the file, the rule and the setting', async t => {
  const cases: [string, unknown[], RegExp][] = [
    ['a bad setting', [{ name: 'one', action: 'sael' }], /^f: rule 1 \(one\): action: /],
    ['no table', ['rule'], /^f: rule 1: /],
    ['a name that is none', [{ name: 7, action: 'seal' }], /^f: rule 1: name: /],
    [
      'a name twice',
      [
        { name: 'a', action: 'seal' },
        { name: 'a', action: 'ask' },
      ],
      /^f: rule 2: the name a is taken already$/,
    ],
    ['a contradiction', [{ name: 'a' }], /^f: rule 1 \(a\): give exactly one/],
    ['two rules', [{ name: 'a' }, { name: 'b' }], /rule 1 \(a\).*\n.*rule 2 \(b\)/],
  ]
  for (const [name, items, message] of cases)
    t.throws(() => compileRules(items, () => 'f'), { code: 'ERR_POLICY_RULES', message }, name)
  t.ok(cases.length > 0)
})
