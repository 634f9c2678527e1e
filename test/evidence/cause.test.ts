import t from 'tap'
import { causeOf, earlierCauseOf } from '../../src/evidence/cause.js'
import type { Attempt, Delivery, QueueEntryLog } from '../../src/store/evidence.js'
import { capturedLines, entryIn } from '../support/evidence-log.js'

type Want = readonly [kind: string, dsn: string, text: RegExp] | undefined

/** What the log says when the listener asks, and what it says of that try when the next one begins. */
const FAILURES: readonly (readonly [domain: string, atHandOver: Want, later: Want])[] = [
  [
    'wrongname',
    ['tls', '4.7.5', /^Server cert.* not verified; num=62:hostname mismatch$/],
    undefined,
  ],
  ['untrusted', ['tls', '4.7.5', /not verified; untrusted issuer \/CN=Sandbox/], undefined],
  ['danebad', ['tls', '4.7.5', /not verified; num=65:no matching DANE TLSA records$/], undefined],
  ['notls', ['tls', '4.7.4', /^TLS is required, but was not offered by host mx\.notls/], undefined],
  ['stls454', ['tls', '4.7.0', /refused to start TLS: 454 4\.7\.0 TLS not available/], undefined],
  [
    'hsclose',
    ['tls', '4.7.5', /^Cannot start TLS: handshake failure; lost connection$/],
    undefined,
  ],
  [
    'hsgarbage',
    ['tls', '4.7.5', /handshake failure; -1; error:0A00010B:.*wrong version/],
    undefined,
  ],
  ['twotls', ['tls', '4.7.5', /^Server certificate not verified/], undefined],
  ['reftls', ['tls', '4.7.4', /not offered by host mx2\.reftls/], undefined],
  ['mixed', ['other', '4.2.0', /mx2\.mixed.* said: 450 4\.2\.0 Greylisted/], undefined],
  ['grey', ['other', '4.2.0', /said: 450 4\.2\.0 Greylisted/], undefined],
  ['end4', ['other', '4.3.2', /said: 451 4\.3\.2 not now \(in reply to end of DATA/], undefined],
  ['greet', ['other', '4.3.2', /refused to talk to me: 421 4\.3\.2 too busy/], undefined],
  ['lostgreet', ['other', '4.4.2', /^lost connection with .* initial server greeting/], undefined],
  ['lostehlo', ['other', '4.4.2', /^lost connection with .* EHLO handshake/], undefined],
  ['slow', ['other', '4.4.2', /^conversation with .* timed out while performing/], undefined],
  ['refused', undefined, ['other', '4.4.1', /^connect to mx\.refused.*: Connection refused$/]],
  ['blackhole', undefined, ['other', '4.4.1', /: Network is unreachable$/]],
  ['danenone', undefined, ['tls', '4.7.5', /^TLS policy lookup for .*: no TLSA records found$/]],
  ['insecure', undefined, ['tls', '4.7.5', /^TLS policy lookup for .*: non DNSSEC destination$/]],
  ['danesf', undefined, ['other', '4.7.5', /^TLS policy lookup for .*: TLSA lookup error for/]],
  ['nomxaddr', undefined, ['other', '4.4.4', /^no MX host for nomxaddr\.example has a valid/]],
  ['servmx', undefined, ['other', '4.4.4', /^no MX host for servmx\.example has a valid/]],
  ['nx', undefined, undefined],
  ['null', undefined, undefined],
  ['nodata', undefined, undefined],
  ['serv', undefined, undefined],
  ['timeoutdns', undefined, undefined],
]

void t.test('why a lane with a fallback hands over, as Postfix 3.7.11 logs it', async t => {
  const lines = capturedLines('with-fallback')
  for (const [domain, atHandOver, later] of FAILURES) {
    const recipient = `bob@${domain}.example`
    const end = lines.findIndex(line => line.includes(`: to=<${recipient}>, relay=127.0.0.1[`))
    const [, queueId = ''] = / ([0-9A-F]+): to=</.exec(lines[end] ?? '') ?? []
    const before = entryIn(lines.slice(0, end), queueId)
    const after = entryIn(lines.slice(0, end + 1), queueId)
    const want = asCause(atHandOver)
    const wantLater = asCause(later ?? atHandOver)
    t.match({ cause: causeOf(before, 'qtls', { recipient }) }, { cause: want }, domain)
    t.equal(earlierCauseOf(before, 'qtls', { recipient }), undefined, `${domain}: first try`)
    t.equal(causeOf(after, 'qtls', { recipient }), undefined, `${domain}: the try is over`)
    t.match(
      { cause: earlierCauseOf(after, 'qtls', { recipient }) },
      { cause: wantLater },
      `${domain}, at the next try`,
    )
  }
})

/** The same by a lane without fallback: Postfix says everything in the line that ends the try. */
const FINAL: readonly (readonly [domain: string, want: Want])[] = [
  ['nx', ['nxdomain', '5.4.4', /name=nx\.example type=A: Host not found$/]],
  ['nodata', ['nxdomain', '5.4.4', /Host found but no data record of requested type$/]],
  ['null', ['null-mx', '5.1.0', /^Domain null\.example does not accept mail \(nullMX\)$/]],
  ['serv', ['other', '4.4.3', /name=serv\.example type=MX: Host not found, try again$/]],
  ['servmx', ['other', '4.4.4', /^no MX host for servmx/]],
  ['timeoutdns', ['other', '4.4.3', /Host not found, try again$/]],
  ['refused', ['other', '4.4.1', /Connection refused$/]],
  ['danesf', ['other', '4.7.5', /TLSA lookup error/]],
  ['danenone', ['tls', '4.7.5', /no TLSA records found$/]],
  ['notls', ['tls', '4.7.4', /^TLS is required, but was not offered/]],
  ['grey', ['other', '4.2.0', /Greylisted/]],
]

void t.test('why a lane without a fallback did not deliver', async t => {
  const lines = capturedLines('without-fallback')
  for (const [domain, want] of FINAL) {
    const line = lines.find(line => line.includes(`: to=<bob@${domain}.example>`))
    const [, queueId = ''] = / ([0-9A-F]+): to=</.exec(line ?? '') ?? []
    const entry = entryIn(lines, queueId)
    t.match({ cause: earlierCauseOf(entry, 'qtlsnf') }, { cause: asCause(want) }, domain)
  }
})

void t.test(
  'a DNS failure that is cut off behind "Host not found" is no missing domain',
  async t => {
    const text =
      'Host or domain name not found. Name service error for name=x.example type=MX: Host not found'
    const deferred = {
      deliveries: [delivery(1, { relay: 'none', dsn: '4.4.3', text })],
      attempts: [],
    }
    t.match(earlierCauseOf(deferred, 'qtls'), { kind: 'other' })
    const bounced = {
      deliveries: [delivery(1, { relay: 'none', dsn: '5.4.4', text })],
      attempts: [],
    }
    t.match(earlierCauseOf(bounced, 'qtls'), { kind: 'nxdomain' })
  },
)

const NOT_OFFERED = 'TLS is required, but was not offered by host mx.x.example[192.0.2.1]'
const GREYLISTED =
  'host mx.x.example[192.0.2.1] said: 450 4.2.0 later (in reply to RCPT TO command)'

void t.test('the newest try counts', async t => {
  const tried = (...texts: readonly string[]): QueueEntryLog => ({
    attempts: texts.map((text, index) => attempt(index * 10 + 1, text)),
    deliveries: texts.map((_, index) => delivery(index * 10 + 5)),
  })
  const twice = tried(NOT_OFFERED, GREYLISTED)
  t.equal(causeOf(twice, 'qtls'), undefined, 'both tries are over')
  t.match(earlierCauseOf(twice, 'qtls'), { kind: 'other' })
  const again = { ...twice, attempts: [...twice.attempts, attempt(30, NOT_OFFERED)] }
  t.match(causeOf(again, 'qtls'), { kind: 'tls', text: NOT_OFFERED })
  t.match(earlierCauseOf(again, 'qtls'), { kind: 'other' })
})

void t.test('lines of another lane or another recipient are not this try', async t => {
  const entry = { attempts: [attempt(1, NOT_OFFERED)], deliveries: [delivery(5)] }
  t.equal(causeOf(entry, 'tls'), undefined, 'another lane')
  t.match(
    causeOf(entry, 'qtls', { recipient: 'eva@y.example' }),
    { kind: 'tls' },
    'her try is open',
  )
  t.equal(causeOf(entry, 'qtls', { recipient: 'BOB@x.example' }), undefined, 'his is over')
})

void t.test('recipients of several domains are told apart by the servers of theirs', async t => {
  const entry = {
    deliveries: [],
    attempts: [
      attempt(1, NOT_OFFERED),
      attempt(2, 'host mx.y.example[192.0.2.9] said: 450 later', 'mx.y.example[192.0.2.9]'),
    ],
  }
  t.match(causeOf(entry, 'qtls'), { kind: 'other' }, 'nobody knows whose servers these are')
  t.match(causeOf(entry, 'qtls', { hosts: ['MX.x.example'] }), { kind: 'tls' })
  t.match(causeOf(entry, 'qtls', { hosts: ['.y.example'] }), { kind: 'other' })
  t.match(causeOf(entry, 'qtls', { hosts: ['mx.z.example'] }), { kind: 'other' }, 'none of them')
  t.match(causeOf(entry, 'qtls', { hosts: ['x.example'] }), { kind: 'other' }, 'not a whole name')

  const policy = 'TLS policy lookup for x.example/mx.x.example: no TLSA records found'
  const dane = { deliveries: [], attempts: [attempt(1, policy, '')] }
  t.match(causeOf(dane, 'qtls', { recipient: 'bob@X.example' }), { kind: 'tls' })
  t.equal(causeOf(dane, 'qtls', { recipient: 'eva@y.example' }), undefined)
  t.match(causeOf(dane, 'qtls'), { kind: 'tls' })
})

void t.test('what a server replies is never a TLS failure of ours', async t => {
  const texts = [
    'host mx.x.example[192.0.2.1] said: 450 4.7.5 Server certificate not verified',
    'host mx.x.example[192.0.2.1] said: 451 4.7.4 TLS is required, but was not offered by host a[b]',
    'host mx.x.example[192.0.2.1] refused to talk to me: 421 4.7.5 Cannot start TLS: handshake failure',
    'a line that nobody knows',
  ]
  for (const text of texts) {
    t.match(causeOf({ deliveries: [], attempts: [attempt(1, text)] }, 'qtls'), {
      kind: 'other',
      text,
    })
  }
})

void t.test('an answer of our own listener explains nothing', async t => {
  const deliveries = [delivery(5, { text: 'host 127.0.0.1[127.0.0.1] said: 451 4.7.1 later' })]
  t.equal(earlierCauseOf({ deliveries, attempts: [] }, 'qtls'), undefined)
  const sent = [
    delivery(5, { relay: 'mx.x.example[192.0.2.1]:25', status: 'sent', text: '250 ok' }),
  ]
  t.equal(earlierCauseOf({ deliveries: sent, attempts: [] }, 'qtls'), undefined)
})

function asCause(want: Want): object | undefined {
  if (want === undefined) return undefined
  const [kind, dsn, text] = want
  return { kind, dsn, text }
}

function attempt(at: number, text: string, relay = 'mx.x.example[192.0.2.1]'): Attempt {
  return { at, queueId: 'ABCDEF1', service: 'qtls', relay, dsn: '4.0.0', text }
}

function delivery(at: number, more: Partial<Delivery> = {}): Delivery {
  return {
    at,
    queueId: 'ABCDEF1',
    service: 'qtls',
    recipient: 'bob@x.example',
    relay: '127.0.0.1[127.0.0.1]:10027',
    status: 'deferred',
    dsn: '4.7.1',
    text: '',
    tls: undefined,
    ...more,
  }
}
