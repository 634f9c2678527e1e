import fc from 'fast-check'
import t from 'tap'
import { readEvent } from '../../src/evidence/log-event.js'
import { parseSyslogLine } from '../../src/evidence/log-line.js'
import { capturedLines, LOG_DAY, parsedLine } from '../support/evidence-log.js'

const event = (tag: string, text: string) =>
  readEvent(parsedLine(`Nov 24 10:00:00 mail ${tag}[1]: ${text}`))

const DELIVERY =
  'to=<bob@x.example>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, status=deferred (x)'

const CASES: readonly (readonly [name: string, tag: string, text: string, want: object])[] = [
  [
    'a recipient',
    'postfix/smtp',
    `A1B2C3D: ${DELIVERY}`,
    { kind: 'delivery', queueId: 'A1B2C3D', recipient: 'bob@x.example' },
  ],
  [
    'a recipient, long queue id',
    'postfix/local',
    `4jYlQw38TfzJvFp: ${DELIVERY}`,
    { kind: 'delivery', queueId: '4jYlQw38TfzJvFp' },
  ],
  ['the end', 'postfix/qmgr', 'A1B2C3D: removed', { kind: 'removed', queueId: 'A1B2C3D' }],
  ['deleted by hand', 'postfix/postsuper', 'A1B2C3D: removed', { kind: 'removed' }],
  ['another queue id from now on', 'postfix/postsuper', 'A1B2C3D: requeued', { kind: 'removed' }],
  [
    'given up',
    'postfix/qmgr',
    'A1B2C3D: from=<a@b>, status=expired, returned to sender',
    { kind: 'expired', status: 'expired' },
  ],
  [
    'given up by hand',
    'postfix/qmgr',
    'A1B2C3D: from=<>, status=force-expired, returned to sender',
    { kind: 'expired', status: 'force-expired' },
  ],
  [
    'a failure',
    'postfix/qtls/smtp',
    'A1B2C3D: Server certificate not verified',
    { kind: 'attempt', queueId: 'A1B2C3D', dsn: '4.7.5', endsSession: true },
  ],
  [
    'a failure without queue id',
    'postfix/qtls/smtp',
    'connect to mx[192.0.2.1]:25: Connection refused',
    { kind: 'attempt', queueId: undefined, relay: 'mx[192.0.2.1]:25' },
  ],
  [
    'a warning',
    'postfix/qtls/smtp',
    'warning: TLS policy lookup for x.example/mx.x.example: no TLSA records found',
    { kind: 'attempt', queueId: undefined, text: /^TLS policy/ },
  ],
  [
    'a session',
    'postfix/smtp',
    'Trusted TLS connection established to mx[192.0.2.1]:25: TLSv1.2 with cipher AES128-SHA (128/128 bits)',
    { kind: 'tls', relay: 'mx[192.0.2.1]:25' },
  ],
  [
    'why a certificate failed',
    'postfix/smtp',
    'server certificate verification failed for mx[192.0.2.1]:25: num=62:hostname mismatch',
    { kind: 'remark', relay: 'mx[192.0.2.1]:25', text: 'num=62:hostname mismatch' },
  ],
  [
    'why a CA failed',
    'postfix/smtp',
    'certificate verification failed for mx[192.0.2.1]:25: untrusted issuer /CN=a: b',
    { kind: 'remark', text: 'untrusted issuer /CN=a: b' },
  ],
  [
    'why a handshake failed',
    'postfix/smtp',
    'SSL_connect error to mx[192.0.2.1]:25: lost connection',
    { kind: 'remark', text: 'lost connection' },
  ],
  [
    'what the library says',
    'postfix/smtp',
    'warning: TLS library problem: error:0A00010B:x',
    { kind: 'remark', relay: '', text: 'error:0A00010B:x' },
  ],
]

for (const [name, tag, text, want] of CASES) {
  void t.test(name, async t => {
    t.match(event(tag, text), want)
  })
}

const NOTHING: readonly (readonly [tag: string, text: string])[] = [
  ['postfix/smtpd', `A1B2C3D: ${DELIVERY}`],
  ['postfix/smtpd', 'A1B2C3D: client=localhost[127.0.0.1]'],
  ['postfix/smtpd', 'Server certificate not verified'],
  ['postfix/smtpd', 'NOQUEUE: reject: RCPT from x[192.0.2.1]: A1B2C3D: removed'],
  ['postfix/cleanup', 'A1B2C3D: removed'],
  ['postfix/smtp', 'A1B2C3D: removed'],
  ['postfix/qmgr', 'A1B2C3D: removed twice'],
  ['postfix/qmgr', 'A1B2C3D: from=<a@b>, size=330, nrcpt=1 (queue active)'],
  ['postfix/qmgr', 'A1B2C3D: from=<a@b>, status=expired, returned to sender?'],
  ['postfix/smtp', 'A1B2C3D: status=expired, returned to sender'],
  ['postfix/qmgr', 'A1B2C3D: Server certificate not verified'],
  ['postfix/smtp', ` A1B2C3D: ${DELIVERY}`],
  ['postfix/smtp', `warning: A1B2C3D: ${DELIVERY}`],
  ['postfix/smtp', `removed: ${DELIVERY}`],
  ['postfix/smtp', `A1B2C: ${DELIVERY}`],
  ['postfix/smtp', 'A1B2C3D: replace: header Subject: Befund A1B2C3D: removed'],
  ['postfix/smtp', 'A1B2C3D: warning: header Subject: host mx[192.0.2.1] said: 450'],
  ['postfix/cleanup', `A1B2C3D: warning: header X: A1B2C3D: ${DELIVERY}`],
  ['postfix/smtp', 'warning: x: Server certificate not verified'],
]

void t.test('a queue id counts only where Postfix writes it', async t => {
  for (const [tag, text] of NOTHING) t.equal(event(tag, text), undefined, `${tag}: ${text}`)
  t.ok(NOTHING.length > 0)
})

void t.test('any bytes are read without a throw, also behind a good beginning', async t => {
  const good = capturedLines('queue')
  const start = fc.constantFrom('', 'Nov 24 10:00:00 mail postfix/qtls/smtp[1]: ', ...good)
  const bytes = fc.uint8Array({ maxLength: 80 })
  fc.assert(
    fc.property(start, fc.nat(400), bytes, (line, cut, rest) => {
      const whole = line.slice(0, cut) + Buffer.from(rest).toString('utf8')
      const parsed = parseSyslogLine(whole, LOG_DAY)
      if (parsed !== undefined) readEvent(parsed)
    }),
    { numRuns: 2000 },
  )
  t.pass('holds')
})

void t.test(
  'a good line that breaks off anywhere is nothing or of the same queue entry',
  async t => {
    let seen = 0
    for (const line of capturedLines('without-fallback')) {
      const whole = readEvent(parsedLine(line))
      if (whole === undefined || !('queueId' in whole)) continue
      seen++
      for (let length = 0; length < line.length; length++) {
        const parsed = parseSyslogLine(line.slice(0, length), LOG_DAY)
        const part = parsed === undefined ? undefined : readEvent(parsed)
        if (part === undefined) continue
        const isSame = part.kind === whole.kind && part.queueId === whole.queueId
        if (!isSame) t.fail(`${length} bytes of ${line} give ${JSON.stringify(part)}`)
      }
    }
    t.ok(seen > 50, `looked at ${seen} lines`)
  },
)
