import fc from 'fast-check'
import t from 'tap'
import { parseJournalEntry } from '../../src/evidence/journal-entry.js'

const ENTRY = {
  __CURSOR: 's=739a;i=15c;b=5a0c;m=54f60;t=660ff6bb70760;x=dd96',
  __REALTIME_TIMESTAMP: '1795500000348999',
  SYSLOG_IDENTIFIER: 'postfix/qtls/smtp',
  SYSLOG_PID: '5806',
  _PID: '5806',
  _HOSTNAME: 'mail',
  MESSAGE: 'D472D22268E: Server certificate not verified',
}

void t.test('what is no entry is none', async t => {
  const wrong = ['', '{', 'null', '[]', '"x"', '{}', '{"__CURSOR":1}', '{"__CURSOR":"a b"}', '-- x']
  for (const json of wrong) t.equal(parseJournalEntry(json), undefined, json)
  const whole = JSON.stringify(ENTRY)
  for (let length = 0; length < whole.length; length++) {
    if (parseJournalEntry(whole.slice(0, length)) !== undefined) t.fail(`${length} bytes of it`)
  }
  t.ok(whole.length > 100)
})

void t.test('an entry of Postfix', async t => {
  t.same(parseJournalEntry(JSON.stringify(ENTRY)), {
    cursor: ENTRY.__CURSOR,
    line: {
      at: 1_795_500_000_348,
      process: 'mail postfix/qtls/smtp[5806]',
      program: 'smtp',
      service: 'qtls',
      text: ENTRY.MESSAGE,
    },
  })
})

const FIELDS: readonly (readonly [name: string, change: object, want: object])[] = [
  ['a text that is not UTF-8 comes as bytes', { MESSAGE: [97, 255, 98] }, { text: 'a\ufffdb' }],
  [
    'the process of the kernel, where syslog names none',
    { SYSLOG_PID: undefined, _PID: '7' },
    { process: 'mail postfix/qtls/smtp[7]' },
  ],
  ['no name of the host', { _HOSTNAME: undefined }, { process: ' postfix/qtls/smtp[5806]' }],
]

for (const [name, change, want] of FIELDS) {
  void t.test(name, async t => {
    t.match(parseJournalEntry(JSON.stringify({ ...ENTRY, ...change }))?.line, want)
  })
}

void t.test('an entry of others keeps its cursor', async t => {
  const changes = [
    { SYSLOG_IDENTIFIER: 'sshd' },
    { SYSLOG_IDENTIFIER: undefined },
    { MESSAGE: undefined },
    { MESSAGE: null },
    { MESSAGE: ['a'] },
    { SYSLOG_PID: 'x' },
    { SYSLOG_PID: undefined, _PID: undefined },
    { __REALTIME_TIMESTAMP: 'yesterday' },
    { __REALTIME_TIMESTAMP: undefined },
  ]
  for (const change of changes) {
    const entry = parseJournalEntry(JSON.stringify({ ...ENTRY, ...change }))
    t.same(entry, { cursor: ENTRY.__CURSOR, line: undefined }, JSON.stringify(change))
  }
})

void t.test('any text and any JSON is read without a throw', async t => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), text => {
      parseJournalEntry(text)
    }),
  )
  t.pass('holds')
})
