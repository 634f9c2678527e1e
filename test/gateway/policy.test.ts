import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { loadPolicy } from '../../src/gateway/policy.js'

t.test('without settings the shipped table is in force, without rules', async t => {
  const policy = loadPolicy(parseConfig('', undefined))
  t.match(policy.table.file, /policies\/decision-table\.tsv$/)
  t.strictSame(policy.rules, { actions: [], classes: [] })
})

t.test('rules of the file come before those of milter.conf', async t => {
  const folder = t.testdir({
    'rules.toml': '[[rule]]\nname = "first"\ndomain = ["a.example"]\naction = "reject"\n',
  })
  const file = join(folder, 'milter.conf')
  const text = [
    'policy.rules = "rules.toml"',
    '[[rule]]',
    'name = "second"',
    'domain = ["a.example"]',
    'action = "hold"',
    '[[rule]]',
    'name = "third"',
    'sender = ["a@b.example"]',
    'raise_to = "high"',
  ].join('\n')
  const { rules } = loadPolicy(parseConfig(text, file))
  t.strictSame(
    rules.actions.map(({ name }) => name),
    ['first', 'second'],
  )
  t.strictSame(
    rules.classes.map(({ name }) => name),
    ['third'],
  )
})

t.test('groups of milter.conf hold for its own rules and for those of the file', async t => {
  const rule = (name: string, group: string): string =>
    `[[rule]]\nname = "${name}"\nsender = ["group:${group}"]\naction = "hold"\n`
  const folder = t.testdir({ 'rules.toml': rule('first', 'hr') })
  const file = join(folder, 'milter.conf')
  const text = (group: string): string =>
    `policy.rules = "rules.toml"\n[group]\nhr = ["@hr.example"]\n${rule('second', group)}`
  t.equal(loadPolicy(parseConfig(text('hr'), file)).rules.actions.length, 2)
  t.throws(() => loadPolicy(parseConfig(text('hs'), file)), {
    code: 'ERR_POLICY_RULES',
    message: /milter\.conf:\d+:\d+: rule 1 \(second\): sender: there is no group "hs"/,
  })
})

t.test('nothing starts with a policy that cannot be read or has a gap', async t => {
  const folder = t.testdir({
    'empty.tsv': '',
    'other.toml': 'rules = []\n',
    'one.toml': 'rule = 1\n',
  })
  writeFileSync(join(folder, 'bad.toml'), '[[rule]]\nname = "x"\n')
  const file = join(folder, 'milter.conf')
  const cases: [setting: string, code: string, message: RegExp][] = [
    ['policy.decision_table = "absent.tsv"', 'ERR_CONFIG_FILE', /absent\.tsv/],
    ['policy.decision_table = "empty.tsv"', 'ERR_POLICY_TABLE', /empty\.tsv/],
    ['policy.rules = "absent.toml"', 'ERR_CONFIG_FILE', /absent\.toml/],
    ['policy.rules = "other.toml"', 'ERR_POLICY_RULES', /found rules/],
    ['policy.rules = "one.toml"', 'ERR_POLICY_RULES', /one\.toml/],
    ['policy.rules = "bad.toml"', 'ERR_POLICY_RULES', /exactly one/],
    ['[[rule]]\nname = "x"', 'ERR_POLICY_RULES', /milter\.conf:1:\d+: rule 1 \(x\)/],
    ['[[rule]]\nname = "x"\naction = "no"', 'ERR_POLICY_RULES', /milter\.conf:3:10: rule 1/],
    [
      '[[rule]]\nname = "x"\nraise_to = "high"\nclient_cert = ["mail.a.example"]',
      'ERR_POLICY_RULES',
      /milter\.conf:4:15: rule 1 \(x\): client_cert: no \[\[connector\]\] has the certificate "mail\.a\.example"/,
    ],
    [
      '[[connector]]\nname = "x"\ntenants = []\ncertificates = []',
      'ERR_CONFIG_INVALID',
      /names no/,
    ],
    [
      'policy.boilerplate = ["ok", "(a+)+"]',
      'ERR_CONFIG_INVALID',
      /milter\.conf:1:29: .*repeats a group/,
    ],
  ]
  for (const [setting, code, message] of cases) {
    t.throws(() => loadPolicy(parseConfig(setting, file)), { code, message }, setting)
  }
})

t.test('a footer of the house is compiled, whatever its case', async t => {
  const text = 'policy.boilerplate = ["sent by our gateway"]'
  const { boilerplate } = loadPolicy(parseConfig(text, undefined))
  t.strictSame(
    boilerplate.map(({ source }) => source),
    ['sent by our gateway'],
  )
  t.equal(boilerplate[0]?.removeFrom('Sent by OUR gateway.'), '.')
})
