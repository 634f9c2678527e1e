import t from 'tap'
import { parseTableText, type Table } from '../../../src/postfix/doctor/table.js'
import { wantedLanes } from '../../../src/postfix/lanes/wanted.js'
import { parseCf } from '../../../src/postfix/setup/cf-file.js'
import type { SetupRecord } from '../../../src/postfix/setup/record.js'
import { remarksOn } from '../../../src/postfix/setup/remarks.js'
import { tablesToRead } from '../../../src/postfix/setup/table-conflicts.js'
import { instanceFacts, lanesConfig, type Said } from '../../support/postfix-instance.js'

interface Scene extends Said {
  /** Lines of milter.conf. */
  readonly settings?: string
  /** Texts of tables, by the name that the settings give them. */
  readonly tables?: Readonly<Record<string, string>>
  readonly signers?: readonly string[]
  readonly record?: Pick<SetupRecord, 'services'>
}

/** What setup says; each remark as `kind where: what`. */
function remarks(scene: Scene): readonly string[] {
  const config = lanesConfig(scene.settings ?? INET)
  const facts = instanceFacts(scene)
  const signers = scene.signers ?? []
  const mainCf = Object.entries(scene.explicit ?? {}).map(([name, value]) => `${name} = ${value}\n`)
  const tables = Object.entries(scene.tables ?? {}).map(([name, text]): [string, Table] => {
    const [type = '', path = ''] = name.split(/:(.*)/s)
    const files = { text: path, textAt: 0, compiled: undefined, compiledAt: undefined }
    const entries = text === '' ? undefined : parseTableText(text, type)
    return [name, { name, entries, trouble: undefined, answers: new Map(), files }]
  })
  const found = remarksOn(
    {
      config,
      facts,
      wanted: wantedLanes(config, facts, { signers }),
      mainCf: parseCf(mainCf.join(''), 'main'),
      masterCf: parseCf((scene.services ?? []).map(line => `${line}\n`).join(''), 'master'),
      record: scene.record as SetupRecord | undefined,
      tables: new Map(tables),
    },
    signers,
  )
  for (const { what, remedy } of found) {
    t.match(what, /^.*[^\s]{2}.*[.)]$/s, `a sentence: ${what}`)
    t.match(remedy, /\.$/, `a sentence: ${remedy}`)
  }
  return found.map(({ kind, where, what }) => `${kind} ${where}: ${what}`)
}

const INET = '[listen]\nsocket = "inet:127.0.0.1:10030"\n'
const MAIN = '/etc/postfix/main\\.cf'
const MASTER = '/etc/postfix/master\\.cf'

await t.test('nothing is said of a plain instance', async t => {
  const services = ['smtp inet n - y - - smtpd', 'cleanup unix n - y - 0 cleanup']
  t.same(remarks({ services }), [])
})

await t.test('what sends external mail another way is a conflict', async t => {
  const cases: [scene: Scene, want: string][] = [
    [
      { explicit: { a: '1', relayhost: '[smart.example]' } },
      `${MAIN}:2: relayhost: relayhost sends`,
    ],
    [{ explicit: { sender_dependent_relayhost_maps: 'hash:/x' } }, `${MAIN}:1: sender_dep`],
    [{ explicit: { sender_dependent_default_transport_maps: 'hash:/x' } }, `${MAIN}:1: sender_dep`],
    [{ explicit: { default_transport: 'smtp:[smart.example]' } }, `default_transport is smtp:`],
    [{ main: { default_filter_nexthop: 'x' } }, 'default_filter_nexthop \\(default\\)'],
    [
      { services: ['rewrite unix - - y - - trivial-rewrite -o relayhost=x'] },
      `${MASTER}:1: rewrite/unix: The service has relayhost`,
    ],
  ]
  for (const [scene, want] of cases) {
    const found = remarks(scene)
    t.equal(found.length, 1, want)
    t.match(found[0], new RegExp(`^conflict .*${want}`))
  }
  for (const transport of ['smtp', 'smtp:', 'split:[127.0.0.1]:10026'])
    t.same(remarks({ explicit: { default_transport: transport } }), [], transport)
})

await t.test('entries of transport_maps for outside domains, with file and line', async t => {
  const name = 'hash:/etc/postfix/transport'
  const text = `# inside
home.example   relay:[10.0.0.5]
sub.home.example :
.below.example smtp:[10.0.0.6]
localhost      local:

partner.example smtp:[192.0.2.1]
bob@other.example smtp:
*              smtp:[smart.example]
.wide.example  smtp:
empty.example  :
split.example  split:[127.0.0.1]:10026
gone.example   error:5.1.1 gone
`
  const settings = `internal_domains = ["home.example", ".below.example"]\n${INET}`
  const scene = { explicit: { transport_maps: name }, tables: { [name]: text }, settings }
  t.match(remarks(scene), [
    /^conflict \/etc\/postfix\/transport:7: .*partner\.example by "smtp:\[192\.0\.2\.1\]"/,
    /^conflict \/etc\/postfix\/transport:8: .*bob@other\.example/,
    /^conflict \/etc\/postfix\/transport:9: .* \* by/,
    /^conflict \/etc\/postfix\/transport:10: .*\.wide\.example/,
  ])
  t.equal(remarks(scene).length, 4)
  const many = Array.from({ length: 13 }, (_, number) => `d${number}.example smtp:\n`).join('')
  const found = remarks({ ...scene, tables: { [name]: many } })
  t.equal(found.length, 11)
  t.match(found.at(-1), /transport: 3 more entries do the same/)
})

await t.test('tables that cannot be listed are named', async t => {
  for (const [name, text] of [
    ['ldap:/etc/x', ''],
    ['regexp:/etc/x', '/./ smtp:'],
  ] as const) {
    const scene = { explicit: { transport_maps: name }, tables: { [name]: text } }
    t.match(remarks(scene), [/^note .*main\.cf:1: transport_maps: .* cannot be listed/])
    t.match(remarks({ ...scene, tables: {} }), [/^note .* cannot be listed/])
  }
})

await t.test('filters of others in tables', async t => {
  const explicit = {
    header_checks: 'regexp:/etc/h',
    smtpd_sender_restrictions: 'permit_mynetworks, check_sender_access hash:/etc/s',
  }
  const tables = {
    'regexp:/etc/h': '/^Subject: x/ FILTER smtp:[192.0.2.1]\n/^A:/ IGNORE\n',
    'hash:/etc/s': 'a.example OK\nb.example filter scan:[127.0.0.1]:10\n',
  }
  t.match(remarks({ explicit, tables }), [
    /^conflict \/etc\/h:1: header_checks sends messages to a filter/,
    /^conflict \/etc\/s:2: smtpd_sender_restrictions sends/,
  ])
  t.same(
    tablesToRead(new Map(Object.entries({ ...explicit, transport_maps: 'cdb:/t, ldap:/l' }))),
    ['cdb:/t', 'ldap:/l', 'regexp:/etc/h', 'hash:/etc/s'],
  )
})

await t.test('names and ports that are taken', async t => {
  const cases: [services: string[], want: RegExp[]][] = [
    [
      ['qtls unix - - n - - pipe argv=/x'],
      [/^conflict .*master\.cf:1: qtls\/unix: There is a service/],
    ],
    [['127.0.0.1:10026 inet n - n - - smtpd'], [/^conflict .*10026\/inet: There is a service/]],
    [['10027 inet n - n - - smtpd'], [/^conflict .*listens on port 10027/]],
    [['localhost:10028 inet n - n - - smtpd'], [/^conflict .*listens on port 10028/]],
    [['192.0.2.1:10028 inet n - n - - smtpd'], []],
  ]
  for (const [services, want] of cases) {
    const found = remarks({ services })
    t.equal(found.length, want.length, services.join())
    t.match(found, want)
  }
  t.match(remarks({ explicit: { content_filter: 'scan:[127.0.0.1]:10026' } }), [
    /^conflict .*content_filter: A content filter is reached at 127\.0\.0\.1:10026/,
    /^note/,
  ])
  t.match(remarks({ explicit: { smtpd_proxy_filter: 'localhost:10027' } }), [/^conflict/, /^note/])
})

await t.test('a service that setup made and somebody changed is named', async t => {
  const services = ['tls unix - - n - - smtp -o smtp_tls_security_level=may']
  const entry = { before: null, after: 'tls unix - - n - - smtp\n' }
  t.match(remarks({ services, record: { services: { 'tls/unix': entry } } }), [
    /^note .*tls\/unix: The service was changed by hand/,
  ])
  const same = { before: null, after: `${services[0]}\n` }
  t.same(remarks({ services, record: { services: { 'tls/unix': same } } }), [])
  const old = ['127.0.0.1:10026 inet n - n - - smtpd']
  const settings = `${INET}[postfix]\nsplit_listener = "127.0.0.1:10029"\n`
  const made = { services: { '127.0.0.1:10026/inet': { before: null, after: '' } } }
  t.same(remarks({ services: old, settings, record: made }), [])
})

await t.test('a daemon in a chroot needs the socket inside', async t => {
  const services = ['smtp inet n - y - - smtpd', 'cleanup unix n - y - 0 cleanup']
  const outside = remarks({ services, settings: '' })
  t.match(outside, [
    /^conflict .*smtp\/inet: smtp\/inet, cleanup\/unix: these services live in a chroot/,
  ])
  const inside = '[listen]\nsocket = "unix:/var/spool/postfix/postseal/milter.sock"\n'
  t.same(remarks({ services, settings: inside }), [])
  const free = ['smtp inet n - n - - smtpd', 'cleanup unix n - - - 0 cleanup']
  t.same(remarks({ services: free, settings: '' }), [])
  t.equal(remarks({ services: free, settings: '', main: { compatibility_level: '0' } }).length, 1)
  t.equal(remarks({ services, settings: '[listen]\nsocket = "systemd"\n' }).length, 1)
})

await t.test('settings that cannot work', async t => {
  const cases: [scene: Scene, want: RegExp][] = [
    [
      { version: '3.5.25' },
      /^conflict \/etc\/postfix: This is Postfix 3\.5\.25; the lanes need 3\.6/,
    ],
    [{ settings: '[listen]\nsocket = "inet:127.0.0.1:0"\n' }, /^conflict .*\[listen\] socket/],
    [{ main: { inet_protocols: 'ipv6' }, settings: INET }, /^conflict .*127\.0\.0\.1:10026/],
    [
      {
        settings: `${INET}[[product]]\nname = "p"\nnext_hop = "[10.0.0.5]:25"\n`,
      },
      /^conflict .*\[\[product\]\] p: next_hop \[10\.0\.0\.5\]:25 is an address/,
    ],
  ]
  for (const [scene, want] of cases) t.match(remarks(scene)[0], want)
  const six = ['split', 'qtls', 'tls'].map(
    (name, at) => `${name}_listener = "[::1]:${2526 + at}"\n`,
  )
  const settings = `${INET}[postfix]\n${six.join('')}`
  t.same(remarks({ main: { inet_protocols: 'ipv6' }, settings }), [])
  t.equal(remarks({ main: { inet_protocols: 'ipv4' }, settings }).length, 3)
  t.same(remarks({ main: { inet_protocols: 'ipv4, ipv6' }, settings }), [])
})

await t.test('what becomes different is noted', async t => {
  const cases: [scene: Scene, want: RegExp][] = [
    [{ explicit: { always_bcc: 'a@b.example' } }, /always_bcc stays: copies are made once/],
    [{ explicit: { content_filter: 'scan:[127.0.0.1]:10024' } }, /goes through it once/],
    [{ explicit: { receive_override_options: 'no_milters' } }, /No smtpd asks a milter/],
    [{ explicit: { smtpd_milter_maps: 'cidr:/x' } }, /gives some clients other milters/],
    [{ explicit: { smtp_tls_policy_maps: 'hash:/x' } }, /does not count in the lanes qtls and tls/],
    [{ explicit: { maximal_queue_lifetime: '4h' } }, /before the limits of \[policy\]/],
    [{ explicit: { message_size_limit: '100000000' } }, /may have 250000000 bytes/],
    [{ explicit: { message_size_limit: '0' } }, /messages of any size/],
    [{ explicit: { authorized_flush_users: 'root' } }, /Only root may flush/],
    [{ configDirectory: '/etc/postfix-out' }, /Ordinary users may not name this instance/],
    [{ services: ['1 inet n - y - - smtpd -o smtpd_milters='] }, /not seen by the milter/],
    [
      { services: ['1 inet n - y - - smtpd -o receive_override_options=no_milters'] },
      /not seen by the milter/,
    ],
    [{ services: ['1 inet n - y - - smtpd -o content_filter='] }, /is seen by the milter as new/],
    [
      { services: ['1 inet n - y - - smtpd -o smtpd_proxy_filter=127.0.0.1:1'] },
      /a milter sees no content/,
    ],
    [
      { services: ['1 inet n - y - - smtpd -o smtpd_milters=unix:/a'] },
      /milters or header checks of its own/,
    ],
  ]
  for (const [scene, want] of cases) {
    const found = remarks(scene)
    t.equal(found.length, 1, String(want))
    t.match(found[0], want)
    t.match(found[0], /^note /)
  }
})

await t.test('milters of others: signers, and the rest', async t => {
  const explicit = { smtpd_milters: 'unix:/opendkim.sock, unix:/clamav.sock' }
  t.match(remarks({ explicit }), [
    /^note .*unix:\/opendkim\.sock is taken for a signer/,
    /^note .*unix:\/clamav\.sock comes after ours and is asked in the first pass only/,
  ])
  t.match(remarks({ explicit, signers: ['clamav'] })[1], /clamav\.sock is taken for a signer/)
})
