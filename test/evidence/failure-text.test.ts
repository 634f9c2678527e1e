import t from 'tap'
import { readFailure } from '../../src/evidence/failure-text.js'

const CASES: readonly (readonly [text: string, kind: string, dsn: string, relay: string])[] = [
  ['TLS is required, but was not offered by host mx[192.0.2.1]', 'tls', '4.7.4', 'mx[192.0.2.1]'],
  [
    'TLS is required, but host mx[192.0.2.1] refused to start TLS: 454 4.7.0 no',
    'tls',
    '4.7.0',
    'mx[192.0.2.1]',
  ],
  [
    'TLS is required, but host mx[192.0.2.1] refused to start TLS: 454 no',
    'tls',
    '',
    'mx[192.0.2.1]',
  ],
  ['TLS is required, but our TLS engine is unavailable', 'tls', '4.7.5', ''],
  ['TLS is required, but unavailable', 'tls', '4.7.5', ''],
  ['Cannot start TLS: handshake failure', 'tls', '4.7.5', ''],
  ['Server certificate not verified', 'tls', '4.7.5', ''],
  ['no TLSA records found', 'tls', '4.7.5', ''],
  ['non DNSSEC destination', 'tls', '4.7.5', ''],
  ['TLSA records unusable', 'tls', '4.7.5', ''],
  ['client TLS configuration problem', 'tls', '4.7.5', ''],
  ['TLS policy lookup for x.example/mx.x.example: no TLSA records found', 'tls', '4.7.5', ''],
  [
    'TLS policy lookup for x.example/mx.x.example: client TLS configuration problem',
    'tls',
    '4.7.5',
    '',
  ],
  [
    'TLS policy lookup for x.example/mx.x.example: TLSA lookup error for mx.x.example:25',
    'other',
    '4.7.5',
    '',
  ],
  ['TLS policy lookup for [192.0.2.1]:25/192.0.2.1: something new', 'other', '', ''],
  ['TLSA lookup error for mx.x.example:25', 'other', '4.7.5', ''],
  ['Temporary lookup error', 'other', '4.3.0', ''],
  ['host mx[192.0.2.1] said: 450 4.2.0 later', 'other', '4.2.0', 'mx[192.0.2.1]'],
  ['host mx[192.0.2.1] said: 450-4.2.1 a 450 4.2.1 b', 'other', '4.2.1', 'mx[192.0.2.1]'],
  ['host mx[192.0.2.1] said: 450 no code', 'other', '', 'mx[192.0.2.1]'],
  [
    'host mx[192.0.2.1] said: 450 4.7.5 said: Server certificate not verified',
    'other',
    '4.7.5',
    'mx[192.0.2.1]',
  ],
  ['Protocol error: host mx[192.0.2.1] said: 250 ok', 'other', '', 'mx[192.0.2.1]'],
  ['host mx[192.0.2.1] refused to talk to me: 421 4.3.2 busy', 'other', '4.3.2', 'mx[192.0.2.1]'],
  ['lost connection with mx[192.0.2.1] while sending RCPT TO', 'other', '4.4.2', 'mx[192.0.2.1]'],
  [
    'conversation with mx[192.0.2.1] timed out while sending MAIL FROM',
    'other',
    '4.4.2',
    'mx[192.0.2.1]',
  ],
  [
    'connect to mx[2001:db8::1]:25: Network is unreachable',
    'unreached',
    '4.4.1',
    'mx[2001:db8::1]:25',
  ],
  ['no MX host for x.example has a valid address record', 'unreached', '4.4.4', ''],
  [
    'Host or domain name not found. Name service error for name=x.example type=A: Host not found',
    'nxdomain',
    '5.4.4',
    '',
  ],
  [
    'Host or domain name not found. Name service error for name=x.example type=MX: Host not found, try again',
    'other',
    '4.4.3',
    '',
  ],
  ['Domain x.example does not accept mail (nullMX)', 'null-mx', '5.1.0', ''],
  ['unable to look up host x.example: Name or service not known', 'other', '4.4.4', ''],
  ['mail for x.example loops back to myself', 'other', '4.4.6', ''],
  ['local data error while talking to mx[192.0.2.1]', 'other', '4.3.0', 'mx[192.0.2.1]'],
  ['unexpected server message', 'other', '4.7.0', ''],
  [
    'Sender requested REQUIRETLS, but host mx[192.0.2.1] refused to start TLS: 454',
    'other',
    '5.7.10',
    '',
  ],
  ['SASL authentication failed; server mx[192.0.2.1] said: 535', 'other', '4.7.0', ''],
  ['SMTPUTF8 is required, but was not offered by host mx[192.0.2.1]', 'other', '5.6.7', ''],
  ['message size 9 exceeds size limit 1 of server mx[192.0.2.1]', 'other', '5.3.4', ''],
]

void t.test('texts of the SMTP client and what they mean', async t => {
  for (const [text, kind, dsn, relay] of CASES)
    t.match(readFailure(text), { kind, dsn, relay }, text)
})

void t.test('a session is over after some of them', async t => {
  const over = CASES.filter(([text]) => readFailure(text)?.endsSession).map(([text]) => text)
  t.match(over, [
    'Cannot start TLS: handshake failure',
    'Server certificate not verified',
    /^lost connection/,
    /^conversation/,
    /^local data error/,
    'unexpected server message',
  ])
})

void t.test('other texts are no failures', async t => {
  const texts = [
    '',
    'enabling PIX workarounds: disable_esmtp for mx[192.0.2.1]:25',
    'replace: header Subject: Server certificate not verified',
    ' Server certificate not verified',
    'TLS',
    'to=<a@b>, relay=none',
  ]
  for (const text of texts) t.equal(readFailure(text), undefined, text)
  t.ok(texts.length > 0)
})
