import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import { loadConfig, parseConfig } from '../../src/config/load.js'
import { packageRoot } from '../../src/config/root.js'

void t.test('without a file all settings have their defaults and are frozen', async t => {
  const config = parseConfig('', undefined)
  t.equal(config.mode, 'enforce')
  t.equal(config.milter.message_timeout, 120_000)
  t.equal(config.milter.body_memory, 64 * 1024 * 1024)
  t.strictSame(config.listen.socket, { kind: 'unix', path: '/run/postseal/milter.sock' })
  t.equal(config.state_directory, '/var/lib/postseal')
  t.equal(config.store.url, 'sqlite:/var/lib/postseal/postseal.db')
  t.equal(config.milter.spool_directory, '/var/lib/postseal/spool')
  t.equal(config.policy.decision_table, join(packageRoot(), 'policies/decision-table.tsv'))
  t.equal(config.plugin.size, 0)
  t.strictSame(config.rule, [])
  t.ok(Object.isFrozen(config) && Object.isFrozen(config.milter))
})

void t.test('paths count from the file, those of the state from the state directory', async t => {
  const config = parseConfig(
    `state_directory = "state"
[policy]
rules = "rules.toml"
decision_table = "/abs/table.tsv"
[store]
url = "sqlite:mail.db"
[milter]
spool_directory = "/spool"`,
    '/etc/x/milter.conf',
  )
  t.equal(config.state_directory, '/etc/x/state')
  t.equal(config.policy.rules, '/etc/x/rules.toml')
  t.equal(config.policy.decision_table, '/abs/table.tsv')
  t.equal(config.store.url, 'sqlite:/etc/x/state/mail.db')
  t.equal(config.milter.spool_directory, '/spool')
  t.equal(config.directory, '/etc/x')
})

void t.test('all problems are told at once, each with its place and the nearest name', async t => {
  const source = `mode = "obsreve"
lisen = 1
[listen]
scoket = "x"
socket = "inet:1"
[milter]
idle_timeout = 30
[[customer]]
name = "A B"
[plugin]
zip = 3
[log]
level = "info"
level2 = 3
`
  try {
    parseConfig(source, '/etc/x/milter.conf')
    t.fail('it must not be read')
  } catch (thrown) {
    t.ok(thrown instanceof GatewayError)
    t.strictSame((thrown as Error).message.split('\n').sort(), [
      '/etc/x/milter.conf:11:7: plugin.zip: must be a table',
      '/etc/x/milter.conf:14:1: log.level2: unknown name, did you mean "level"?',
      '/etc/x/milter.conf:1:8: mode: must be one of "enforce", "observe"; did you mean "observe"?',
      '/etc/x/milter.conf:2:1: lisen: unknown name, did you mean "listen"?',
      '/etc/x/milter.conf:4:1: listen.scoket: unknown name, did you mean "socket"?',
      '/etc/x/milter.conf:5:10: listen.socket: must be "unix:/PATH", "inet:HOST:PORT" or "systemd"',
      '/etc/x/milter.conf:7:16: milter.idle_timeout: must be a time with its unit (ms, s, m, h, d) such as "30s", at least "1s"',
      '/etc/x/milter.conf:8:3: customer.1.domains: is missing; must be a list of domain names',
      '/etc/x/milter.conf:9:8: customer.1.name: must be lower case letters, digits and hyphens',
    ])
  }
})

const WRONG_FORM: readonly (readonly [string, string, RegExp])[] = [
  ['a section that is a value', 'listen = 3', /:1:10: listen: must be a table/],
  ['a plugin list that is none', 'plugin = 3', /:1:10: plugin: must be tables/],
  ['rules that are no tables', 'rule = [1]', /:1:8: rule: must be tables/],
  [
    'one rule in single brackets',
    '[rule]\na = 1',
    /:1:2: rule: must be tables, written \[\[rule\]\]/,
  ],
]

for (const [name, source, want] of WRONG_FORM) {
  void t.test(`${name} is refused`, async t => {
    t.throws(() => parseConfig(source, '/f'), { code: 'ERR_CONFIG_INVALID', message: want })
  })
}

void t.test(
  'the command line goes before the file and is named as the place of its mistakes',
  async t => {
    const source = '[listen]\nsocket = "systemd"\nsocket_mode = "0600"\n'
    const config = parseConfig(source, '/f', {
      'listen.socket': 'inet:127.0.0.1:0',
      mode: 'observe',
    })
    t.strictSame(config.listen.socket, { kind: 'inet', host: '127.0.0.1', port: 0 })
    t.equal(config.listen.socket_mode, '0600')
    t.equal(config.mode, 'observe')
    t.throws(() => parseConfig(source, '/f', { 'listen.socket': 'x' }), {
      message: 'command line: listen.socket: must be "unix:/PATH", "inet:HOST:PORT" or "systemd"',
    })
    t.throws(() => parseConfig('mode = "observe"', '/f', { 'mode.x': 'y' }), {
      message: 'command line: mode: must be a table',
    })
  },
)

void t.test('tables of other rooms keep their values and places', async t => {
  const source = '[plugin."detect/zip"]\nlimit = 5\n[[rule]]\na = 1\n[[rule]]\nb = "x"\n'
  const config = parseConfig(source, '/f')
  const section = config.plugin.get('detect/zip')
  t.same(section?.values, { limit: 5 })
  t.equal(section?.where(['limit'], 'value'), '/f:2:9')
  t.equal(config.rule[1]?.where(['b'], 'name'), '/f:6:1')
  t.equal(config.where(['rule', 0, 'a'], 'value'), '/f:4:5')
})

void t.test('a file is read; one that is named and absent is an error', async t => {
  const directory = t.testdir({ 'milter.conf': 'mode = "observe"\n' })
  const file = join(directory, 'milter.conf')
  t.equal(loadConfig(file).mode, 'observe')
  writeFileSync(file, 'mode = "enforce"\n')
  t.equal(loadConfig(file).mode, 'enforce', 'and read again when asked again')
  t.throws(() => loadConfig(join(directory, 'absent.conf')), { code: 'ERR_CONFIG_FILE' })
  t.throws(() => loadConfig(directory), { code: 'ERR_CONFIG_FILE' })
})

void t.test('names that JavaScript knows are unknown names', async t => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    t.throws(() => parseConfig(`${name} = 1`, '/f'), { message: /unknown name/ }, name)
    t.throws(() => parseConfig(`[listen]\n${name} = 1`, '/f'), { message: /unknown name/ }, name)
  }
})
