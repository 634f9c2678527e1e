import fc from 'fast-check'
import t from 'tap'
import { LogReader } from '../../src/evidence/log-reader.js'
import { capturedLines, evidenceIn, LOG_DAY, parsedLine } from '../support/evidence-log.js'
import { parseSyslogLine } from '../../src/evidence/log-line.js'

const at = (second: number): number => new Date(2026, 10, 24, 10, 0, second).getTime()
const log = (second: number, process: string, text: string): string =>
  `Nov 24 10:00:${String(second).padStart(2, '0')} mail postfix/${process}: ${text}`

const MX = 'mx.x.example[192.0.2.1]:25'
const TLS = (relay: string, trust = 'Verified'): string =>
  `${trust} TLS connection established to ${relay}: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)`
const done = (
  queueId: string,
  recipient: string,
  relay: string,
  status = 'sent',
  more = '',
): string =>
  `${queueId}: to=<${recipient}>, relay=${relay}${more}, delay=1, delays=0/0/0/1, dsn=2.0.0, status=${status} (x)`

void t.test('a delivery has the TLS line of its process to its server', async t => {
  const { deliveries } = evidenceIn([
    log(1, 'qtls/smtp[1]', TLS(MX)),
    log(1, 'qtls/smtp[2]', TLS(MX, 'Untrusted')),
    log(2, 'qtls/smtp[1]', done('A1B2C3D', 'bob@x.example', MX)),
    log(2, 'qtls/smtp[1]', done('A1B2C3D', 'eva@x.example', MX)),
    log(3, 'qtls/smtp[1]', done('B1B2C3D', 'bob@x.example', MX)),
    log(3, 'qtls/smtp[2]', done('C1B2C3D', 'bob@x.example', 'mx2.x.example[192.0.2.2]:25')),
  ])
  t.match(
    deliveries.map(({ queueId, recipient, tls }) => [queueId, recipient, tls?.trust]),
    [
      ['A1B2C3D', 'bob@x.example', 'Verified'],
      ['A1B2C3D', 'eva@x.example', 'Verified'],
      ['B1B2C3D', 'bob@x.example', undefined],
      ['C1B2C3D', 'bob@x.example', undefined],
    ],
  )
  t.same(deliveries[0], {
    at: at(2),
    queueId: 'A1B2C3D',
    service: 'qtls',
    recipient: 'bob@x.example',
    relay: MX,
    status: 'sent',
    dsn: '2.0.0',
    text: 'x',
    tls: { trust: 'Verified', protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', details: '' },
  })
})

void t.test(
  'no TLS is claimed for a connection that was lost, or came out of the cache',
  async t => {
    const lost = evidenceIn([
      log(1, 'smtp[1]', TLS(MX)),
      log(2, 'smtp[1]', `A1B2C3D: lost connection with ${MX.slice(0, -3)} while sending RCPT TO`),
      log(3, 'smtp[1]', done('A1B2C3D', 'bob@x.example', MX)),
    ])
    t.match(lost.deliveries, [{ tls: undefined }])
    const cached = evidenceIn([
      log(1, 'smtp[1]', TLS(MX)),
      log(2, 'smtp[1]', done('A1B2C3D', 'bob@x.example', MX, 'sent', ', conn_use=2')),
    ])
    t.match(cached.deliveries, [{ tls: undefined }])
  },
)

void t.test(
  'a process is forgotten after two hours, and when thousands of others came since',
  async t => {
    const late = evidenceIn([
      log(1, 'smtp[1]', TLS(MX)),
      log(2, 'smtp[1]', done('A1B2C3D', 'bob@x.example', MX)).replace('10:00', '13:00'),
    ])
    t.match(late.deliveries, [{ tls: undefined }])
    const others = Array.from({ length: 5_000 }, (_, index) =>
      log(2, `smtp[${index + 10}]`, TLS(MX)),
    )
    const crowd = [
      log(1, 'smtp[1]', TLS(MX)),
      ...others,
      log(3, 'smtp[1]', done('A1B2C3D', 'b@x', MX)),
    ]
    t.match(evidenceIn(crowd).deliveries, [{ tls: undefined }])
  },
)

void t.test('a failure without a queue id belongs to the next entry of its process', async t => {
  const { attempts } = evidenceIn([
    log(1, 'qtls/smtp[1]', 'connect to mx.x.example[192.0.2.1]:25: Connection refused'),
    log(2, 'qtls/smtp[2]', 'A1B2C3D: TLS is required, but was not offered by host a[192.0.2.3]'),
    log(3, 'qtls/smtp[1]', done('B1B2C3D', 'bob@x.example', 'none', 'deferred')),
    log(4, 'qtls/smtp[1]', done('C1B2C3D', 'bob@x.example', 'none', 'deferred')),
  ])
  t.same(attempts, [
    {
      at: at(2),
      queueId: 'A1B2C3D',
      service: 'qtls',
      relay: 'a[192.0.2.3]',
      dsn: '4.7.4',
      text: 'TLS is required, but was not offered by host a[192.0.2.3]',
    },
    {
      at: at(1),
      queueId: 'B1B2C3D',
      service: 'qtls',
      relay: 'mx.x.example[192.0.2.1]:25',
      dsn: '4.4.1',
      text: 'connect to mx.x.example[192.0.2.1]:25: Connection refused',
    },
  ])
})

void t.test('lines of one second keep their order', async t => {
  const { deliveries } = evidenceIn([
    log(1, 'smtp[1]', done('A1B2C3D', 'a@x', MX)),
    log(1, 'smtp[1]', done('A1B2C3D', 'b@x', MX)),
    log(3, 'smtp[1]', done('A1B2C3D', 'c@x', MX)),
    log(2, 'smtp[1]', done('A1B2C3D', 'd@x', MX)),
  ])
  t.same(
    deliveries.map(each => each.at),
    [at(1), at(1) + 1, at(3), at(2) + 999],
    'and no line is moved by a second',
  )
})

void t.test('the end of a queue entry', async t => {
  const { removed, deliveries } = evidenceIn([
    log(1, 'qmgr[1]', 'A1B2C3D: from=<a@in.test>, status=expired, returned to sender'),
    log(1, 'qmgr[1]', 'A1B2C3D: removed'),
    log(2, 'postsuper[1]', 'B1B2C3D: requeued'),
  ])
  t.same(removed, ['A1B2C3D', 'B1B2C3D'])
  t.match(deliveries, [{ queueId: 'A1B2C3D', recipient: '', status: 'expired', service: 'qmgr' }])
})

void t.test('what was taken is not given twice', async t => {
  const reader = new LogReader()
  reader.read(parsedLine(log(1, 'qmgr[1]', 'A1B2C3D: removed')))
  t.same(reader.take().removed, ['A1B2C3D'])
  t.same(reader.take(), { deliveries: [], attempts: [], removed: [] })
})

void t.test('every delivery of a day in the log of Postfix 3.7.11', async t => {
  const { deliveries, removed } = evidenceIn(capturedLines('opportunistic'))
  const to = (domain: string) =>
    deliveries.filter(each => each.recipient === `bob@${domain}.example`)
  t.match(to('danegood'), [{ status: 'sent', service: 'sealed', tls: { trust: 'Trusted' } }])
  t.match(to('tls12'), [{ status: 'sent', tls: { protocol: 'TLSv1.2' } }])
  t.match(to('notls'), [{ status: 'sent', tls: undefined }])
  t.match(to('null'), [{ status: 'bounced', dsn: '5.1.0', relay: 'none' }])
  t.match(to('multiline'), [
    { text: /^host .* 450-4\.2\.1 first \(line\) 450-4\.2\.1 second <line>/ },
  ])
  t.match(
    deliveries.filter(each => each.recipient === '"a>, relay=x b"@good.example'),
    [{ status: 'bounced', tls: { trust: 'Trusted' } }],
  )
  t.ok(removed.length > 20)
  const other = evidenceIn(capturedLines('queue')).deliveries
  t.match(
    other.filter(({ recipient }) => /^r\d@notls/.test(recipient)).map(({ tls }) => tls),
    [undefined, undefined, undefined, undefined],
    'cached connections',
  )
  t.match(
    other.filter(({ recipient }) => recipient === ''),
    [{ status: 'force-expired', queueId: 'B9D1C2242FB' }],
  )
  t.notOk(
    other.some(({ recipient }) => recipient === 'a'),
    'no address of the internal form',
  )
})

void t.test('lines in any order and cut anywhere make no delivery that no line tells', async t => {
  const lines = capturedLines('with-fallback')
  const told = new Set(evidenceIn(lines).deliveries.map(each => key(each)))
  const cut = fc.tuple(fc.constantFrom(...lines), fc.nat(500))
  fc.assert(
    fc.property(fc.array(cut, { maxLength: 50 }), pieces => {
      const reader = new LogReader()
      for (const [line, length] of pieces) {
        const parsed = parseSyslogLine(line.slice(0, length), LOG_DAY)
        if (parsed !== undefined) reader.read(parsed)
      }
      return reader.take().deliveries.every(each => told.has(key(each)))
    }),
    { numRuns: 300 },
  )
  t.ok(told.size > 40)
})

function key(each: { queueId: string; recipient: string; status: string; relay: string }): string {
  return [each.queueId, each.recipient, each.status, each.relay].join(' ')
}
