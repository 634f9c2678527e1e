import t from 'tap'
import {
  fail,
  remark,
  resultOf,
  unknown,
  warn,
  type Fix,
} from '../../../src/postfix/doctor/check.js'
import { changesFor, repairOf } from '../../../src/postfix/doctor/fix.js'

const at = [{ parameter: 'x' }]
const edit = (parameter: string, value: string | undefined, service?: string) =>
  service === undefined ? { parameter, value } : { service, parameter, value }
const broken = (check: string, fix: Fix) =>
  resultOf(check, 'Fine.', [fail(`${check} is wrong`, { at, remedy: 'R.', fix })])

t.test('only what was named is repaired, each setting once', async t => {
  const results = [
    broken('one', [edit('a', '1'), edit('b', '2', 'qtls/unix')]),
    broken('two', [edit('a', 'other'), edit('c', '3')]),
    broken('three', 'setup'),
    broken('four', []),
  ]
  t.match(repairOf(results, ['one']), {
    setup: false,
    edits: [edit('a', '1'), edit('b', '2', 'qtls/unix')],
    left: [],
  })
  const all = repairOf(results, ['all'])
  t.equal(all.setup, true)
  t.strictSame(all.edits, [edit('a', '1'), edit('b', '2', 'qtls/unix'), edit('c', '3')])
  t.strictSame(
    all.left.map(({ message }) => message),
    ['four is wrong'],
  )
  t.match(repairOf(results, ['no-such-check']), { setup: false, edits: [], left: [] })
})

t.test('what is only a remark, or could not be seen, is left alone', async t => {
  const results = [
    resultOf('a', 'Fine.', [remark('good to know', at)]),
    resultOf('b', 'Fine.', [unknown('not seen', { at, remedy: 'R.', fix: [edit('x', '1')] })]),
    resultOf('c', 'Fine.', [warn('a warning', { at, remedy: 'R.', fix: [edit('y', '1')] })]),
  ]
  t.match(repairOf(results, ['all']), { edits: [edit('y', '1')], left: [] })
})

const MAIN = '# main\nsoft_bounce = yes\nrelayhost =\n  [192.0.2.1]\nmyhostname = a.example\n'
const MASTER = `smtp inet n - n - - smtpd
qtls unix - - n - - smtp
  -o syslog_name=postfix/qtls
  -o smtp_tls_connection_reuse=yes
`

t.test('settings are changed in place, added, and taken out', async t => {
  const changes = changesFor(
    [edit('soft_bounce', 'no'), edit('fresh', 'new value'), edit('relayhost', undefined)],
    { mainCf: MAIN, masterCf: MASTER },
    '/etc/postfix',
  )
  t.strictSame(changes, [
    {
      kind: 'setting',
      path: '/etc/postfix/main.cf',
      key: 'soft_bounce',
      before: 'soft_bounce = yes\n',
      after: 'soft_bounce = no\n',
    },
    {
      kind: 'setting',
      path: '/etc/postfix/main.cf',
      key: 'fresh',
      before: undefined,
      after: 'fresh = new value\n',
    },
    {
      kind: 'setting',
      path: '/etc/postfix/main.cf',
      key: 'relayhost',
      before: 'relayhost =\n  [192.0.2.1]\n',
      after: undefined,
    },
  ])
})

t.test('options of one service are one change of its entry', async t => {
  const [change, ...rest] = changesFor(
    [
      edit('smtp_tls_connection_reuse', 'no', 'qtls/unix'),
      edit('smtp_fallback_relay', '', 'qtls/unix'),
      edit('syslog_name', undefined, 'qtls/unix'),
    ],
    { mainCf: MAIN, masterCf: MASTER },
    '/etc/postfix',
  )
  t.strictSame(rest, [])
  t.strictSame(change?.after?.split('\n'), [
    'qtls unix - - n - - smtp',
    '  -o smtp_tls_connection_reuse=no',
    '  -o smtp_fallback_relay=',
    '',
  ])
})

t.test('what is as it should be is no change, and an absent service is an error', async t => {
  const texts = { mainCf: MAIN, masterCf: MASTER }
  t.strictSame(changesFor([edit('soft_bounce', 'yes')], texts, '/etc/postfix'), [])
  t.strictSame(changesFor([edit('absent', undefined)], texts, '/etc/postfix'), [])
  t.throws(() => changesFor([edit('x', 'y', 'tls/unix')], texts, '/etc/postfix'), {
    code: 'ERR_POSTFIX_REFUSED',
    message: 'postseal doctor --fix: there is no service tls/unix in /etc/postfix/master.cf',
  })
})
