import t from 'tap'
import { readDelivery } from '../../src/evidence/delivery-line.js'
import { capturedLines, parsedLine } from '../support/evidence-log.js'

const NUMBERS = 'delay=0.52, delays=0.1/0.2/0.2/0.02'

void t.test('a line about one recipient', async t => {
  const line = `to=<bob@x.example>, relay=mx.x.example[192.0.2.1]:25, ${NUMBERS}, dsn=2.0.0, status=sent (250 2.0.0 Ok (queued))`
  t.same(readDelivery(line), {
    recipient: 'bob@x.example',
    relay: 'mx.x.example[192.0.2.1]:25',
    isReused: false,
    dsn: '2.0.0',
    status: 'sent',
    text: '250 2.0.0 Ok (queued)',
  })
})

const OTHERS: readonly (readonly [name: string, line: string, want: object])[] = [
  [
    'the address before rewriting is left out',
    `to=<bob@x.example>, orig_to=<"a>, relay=b"@y.example>, relay=none, ${NUMBERS}, dsn=4.4.1, status=deferred (x)`,
    { recipient: 'bob@x.example', relay: 'none', status: 'deferred' },
  ],
  [
    'a connection out of the cache',
    `to=<bob@x.example>, relay=mx[192.0.2.1]:25, conn_use=3, ${NUMBERS}, dsn=2.0.0, status=sent (x)`,
    { isReused: true, status: 'sent' },
  ],
  [
    'Postfix 3.11, which tells the TLS that was wanted and had',
    `to=<bob@x.example>, relay=mx[192.0.2.1]:25, ${NUMBERS}, tls=dane:secure/!requiretls:nocertmatch, dsn=2.0.0, status=sent (x)`,
    { relay: 'mx[192.0.2.1]:25', status: 'sent', text: 'x' },
  ],
  [
    'a socket of LMTP',
    `to=<bob@x.example>, relay=in.test[private/lmtp], ${NUMBERS}, dsn=2.0.0, status=sent (x)`,
    { relay: 'in.test[private/lmtp]' },
  ],
  [
    'IPv6',
    `to=<bob@x.example>, relay=mx[2001:db8::1]:25, ${NUMBERS}, dsn=2.0.0, status=sent (x)`,
    { relay: 'mx[2001:db8::1]:25' },
  ],
  [
    'a status in the words of the server is text',
    `to=<bob@x.example>, relay=none, ${NUMBERS}, dsn=5.1.1, status=bounced (host a[b] said: 550 A1B2C3D: to=<x@y>, relay=none, delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent (250 ok) (in reply to RCPT TO command))`,
    {
      recipient: 'bob@x.example',
      dsn: '5.1.1',
      status: 'bounced',
      text: /^host a\[b\] said: .* \(250 ok\) \(in reply to RCPT TO command\)$/,
    },
  ],
  [
    'a status in an address is address',
    `to=<"x>, relay=none, delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent (y"@x.example>, relay=none, ${NUMBERS}, dsn=5.1.1, status=bounced (z)`,
    {
      recipient: '"x>, relay=none, delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent (y"@x.example',
      status: 'bounced',
      text: 'z',
    },
  ],
  [
    'a text that breaks off is what there is',
    `to=<bob@x.example>, relay=none, ${NUMBERS}, dsn=4.2.0, status=deferred (host mx said: 450 4`,
    { status: 'deferred', text: 'host mx said: 450 4' },
  ],
  [
    'a long text is cut in the middle',
    `to=<bob@x.example>, relay=none, ${NUMBERS}, dsn=4.2.0, status=deferred (${'x'.repeat(900)})`,
    { text: `${'x'.repeat(350)}…${'x'.repeat(149)}` },
  ],
]

for (const [name, line, want] of OTHERS) {
  void t.test(name, async t => {
    t.match(readDelivery(line), want)
  })
}

void t.test('the reference in an answer of ours is never cut off', async t => {
  const said = [
    `host 127.0.0.1[127.0.0.1] said: 451-4.7.1 <${'b'.repeat(100)}>: ${'r'.repeat(300)}`,
    '451 4.7.1 Waiting until the domain has been tested; nothing to do for the sender,',
    'reference 0123456789abcdefghij (4jYlQw38TfzJvFp) (in reply to end of DATA command)',
  ].join(' ')
  const line = `to=<bob@x.example>, relay=127.0.0.1[127.0.0.1]:10026, ${NUMBERS}, dsn=4.7.1, status=deferred (${said})`
  const text = readDelivery(line)?.text ?? ''
  t.equal(text.length, 500)
  t.match(text, /^host 127\.0\.0\.1\[127\.0\.0\.1\] said: 451-4\.7\.1 <b{100}>: r+…/)
  t.match(text, /\breference 0123456789abcdefghij \(/)
})

const WRONG = [
  '',
  'to=<>, relay=none, delay=1, delays=1/1/1/1, dsn=2.0.0, status=sent (x)',
  'to=<a>, relay=none, delay=1, delays=1/1/1/1, dsn=2.0.0, status=sent',
  'to=<a>, relay=none, delay=1, delays=1/1/1/1, dsn=9.0.0, status=sent (x)',
  'to=<a>, relay=none, delay=1, delays=1/1/1/1, dsn=2.0, status=sent (x)',
  'to=<a>, relay=none, delay=1, delays=1/1/1/1, dsn=2.0.0, status=SENT (x)',
  'to=<a>, relay=a b, delay=1, delays=1/1/1/1, dsn=2.0.0, status=sent (x)',
  'to=<a>, orig_to=<b, relay=none, delay=1, delays=1/1/1/1, dsn=2.0.0, status=sent (x)',
  ' to=<a>, relay=none, delay=1, delays=1/1/1/1, dsn=2.0.0, status=sent (x)',
  'from=<a>, to=<b>, relay=none, delay=1, delays=1/1/1/1, dsn=2.0.0, status=sent (x)',
]

void t.test('other lines say nothing about a recipient', async t => {
  for (const line of WRONG) t.equal(readDelivery(line), undefined, line)
  t.ok(WRONG.length > 0)
})

void t.test('a line that breaks off anywhere never gives another recipient or status', async t => {
  let seen = 0
  for (const line of capturedLines('with-fallback').concat(capturedLines('queue'))) {
    const { text } = parsedLine(line)
    const said = text.slice(text.indexOf(': ') + 2)
    const whole = readDelivery(said)
    if (whole === undefined) continue
    seen++
    for (let length = 0; length < said.length; length++) {
      const part = readDelivery(said.slice(0, length))
      if (part === undefined) continue
      const { recipient, relay, status, dsn, isReused } = part
      const same = { recipient, relay, status, dsn, isReused }
      if (!isPartOf(same, whole)) t.fail(`${length} bytes of ${said} give ${JSON.stringify(part)}`)
    }
  }
  t.ok(seen > 50, `looked at ${seen} lines`)
})

function isPartOf(part: object, whole: object): boolean {
  return JSON.stringify({ ...whole, ...part }) === JSON.stringify(whole)
}
