import t from 'tap'
import { linesAbout } from '../../../../src/postfix/doctor/probe/log-lines.js'

const TO = 'probe@tls.qtls.postseal-probe.invalid'
const LOG = `Nov 24 15:41:36 host postseal-probe/qmgr[11]: 4jYn9F0mzfzJQ5s: from=<>, size=428, nrcpt=1
Nov 24 15:41:36 host postfix/qtls/smtp[20]: Untrusted TLS connection established to 127.0.0.1:1
Nov 24 15:41:36 host postfix/qtls/smtp[20]: 4jYn9D3VjnzJQ5Y: to=<probe@plain.qtls.postseal-probe.invalid>, status=sent (250 ok)
Nov 24 15:41:37 host postfix/qtls/smtp[20]: certificate verification failed for 127.0.0.1:2
Nov 24 15:41:37 host postfix/tls/smtp[21]: Trusted TLS connection established to 127.0.0.1:3
Nov 24 15:41:37 host postfix/qtls/smtp[20]: 4jYn9F0mzfzJQ5s: Server certificate not verified
Nov 24 15:41:37 host postfix/qtls/smtp[20]: 4jYn9F0mzfzJQ5s: to=<${TO}>, relay=127.0.0.1[127.0.0.1]:4, dsn=2.0.0, status=sent (250 ok)
Nov 24 15:41:38 host postseal-probe/qmgr[11]: 4jYn9F0mzfzJQ5s: removed
`

t.test('lines without a queue id belong to what the same process says next', async t => {
  const { lines, status } = linesAbout(LOG, TO)
  t.equal(status, 'sent')
  t.strictSame(
    lines.map(line => line.replace(/^.*\/smtp/, '')),
    [
      '[20]: certificate verification failed for 127.0.0.1:2',
      '[20]: 4jYn9F0mzfzJQ5s: Server certificate not verified',
      `[20]: 4jYn9F0mzfzJQ5s: to=<${TO}>, relay=127.0.0.1[127.0.0.1]:4, dsn=2.0.0, status=sent (250 ok)`,
    ],
  )
})

t.test('a message that nobody has spoken of yet has no lines', async t => {
  t.strictSame(linesAbout(LOG, 'probe@plain.tls.postseal-probe.invalid'), {
    lines: [],
    status: undefined,
  })
  t.strictSame(linesAbout('', TO), { lines: [], status: undefined })
})

t.test('a log that is still being written gives what is there', async t => {
  for (let end = 0; end < LOG.length; end += 7) {
    const { lines, status } = linesAbout(LOG.slice(0, end), TO)
    t.ok(lines.length <= 3)
    if (status !== undefined) t.match(status, /^s/)
  }
  t.match(linesAbout(LOG.replaceAll(/^\w+ \d+ [\d:]+/gm, '2026-11-24T15:41:37+00:00'), TO), {
    status: 'sent',
  })
})
