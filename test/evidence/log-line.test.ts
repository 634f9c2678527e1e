import t from 'tap'
import { MAX_LINE, parseSyslogLine, parseTag } from '../../src/evidence/log-line.js'

const NOW = new Date(2026, 10, 24, 12).getTime()
const AT = new Date(2026, 10, 24, 10).getTime()

const WRONG = [
  '',
  'Nov 24 10:00:00 host kernel: x',
  'Nov 24 10:00:00 host sshd[1]: x',
  'Nov 24 10:00:00 host postfix[1]: x',
  'Nov 24 10:00:00 host postfix/smtp: no process',
  'Nov 24 10:00:00 host postfix/smtp[x]: x',
  'Nov 24 10:00:00 host postfix/smtp[12345678901]: x',
  'Nov 24 10:00:00 host postfix//smtp[1]: x',
  'Nov 24 10:00:00 host postfix/smtp[1]:x',
  'Nov 24 10:00:00 host /smtp[1]: x',
  'Nov 24 10:00:00 postfix/smtp[1]: x',
  'last message repeated 2 times',
]

void t.test('lines of others and pieces are no lines of Postfix', async t => {
  for (const line of WRONG) t.equal(parseSyslogLine(line, NOW), undefined, line)
  t.ok(WRONG.length > 0)
})

void t.test('a line as syslogd and postlogd write it', async t => {
  t.same(parseSyslogLine('Nov 24 10:00:00 mail postfix/qtls/smtp[123]: A1: to=<b>: c', NOW), {
    at: AT,
    process: 'mail postfix/qtls/smtp[123]',
    program: 'smtp',
    service: 'qtls',
    text: 'A1: to=<b>: c',
  })
  t.match(parseSyslogLine('2026-11-24T10:00:00.5Z mail postfix/qmgr[7]: x', NOW), {
    at: Date.parse('2026-11-24T10:00:00.500Z'),
    program: 'qmgr',
    service: 'qmgr',
  })
})

void t.test('a line is cut at a length', async t => {
  const start = 'Nov 24 10:00:00 mail postfix/smtp[1]: '
  const found = parseSyslogLine(start + 'x'.repeat(MAX_LINE), NOW)
  t.equal(found?.text.length, MAX_LINE - (start.length - 'Nov 24 10:00:00 '.length))
})

void t.test('the service is what syslog_name adds, in any instance', async t => {
  const cases: [tag: string, service: string, program: string][] = [
    ['postfix/smtp', 'smtp', 'smtp'],
    ['postfix-out/smtp', 'smtp', 'smtp'],
    ['postfix/qtls/smtp', 'qtls', 'smtp'],
    ['postfix-out/hand-over-seppmail/smtp', 'hand-over-seppmail', 'smtp'],
    ['mail.out/a/b/lmtp', 'b', 'lmtp'],
  ]
  for (const [tag, service, program] of cases) t.same(parseTag(tag), { service, program }, tag)
  for (const tag of ['', 'postfix', '/', 'a/', 'a b/smtp', `postfix/${'x'.repeat(65)}`])
    t.equal(parseTag(tag), undefined, tag)
})
