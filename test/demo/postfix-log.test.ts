import t from 'tap'
import { deliveriesIn } from '../../demo/postfix-log.js'

const LOG = `
Nov 23 10:00:00 host postfix/smtpd[9]: A1: client=unknown[127.0.0.1]
Nov 23 10:00:00 host postfix/smtp[11]: Trusted TLS connection established to 127.0.0.11[127.0.0.11]:2501: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
Nov 23 10:00:00 host postfix/smtp[12]: C3: to=<z@c.test>, relay=127.0.0.13[127.0.0.13]:2503, delay=0.1, delays=0/0/0.1/0, dsn=2.0.0, status=sent (250 mx.c.test has it)
Nov 23 10:00:00 host postfix/smtp[11]: A1: to=<x@b.test>, orig_to=<old@b.test>, relay=127.0.0.11[127.0.0.11]:2501, delay=0.1, delays=0/0/0.1/0, dsn=2.0.0, status=sent (250 mx.b.test has it (really))
Nov 23 10:00:00 host postfix/smtp[11]: A1: to=<y@b.test>, relay=127.0.0.11[127.0.0.11]:2501, delay=0.1, delays=0/0/0.1/0, dsn=2.0.0, status=sent (250 mx.b.test has it)
Nov 23 10:00:01 host postfix/smtp[11]: B2: to=<x@c.test>, relay=127.0.0.13[127.0.0.13]:2503, delay=0.1, delays=0/0/0.1/0, dsn=2.0.0, status=sent (250 mx.c.test has it)
Nov 23 10:00:02 host postfix/smtp[11]: A1: to=<w@c.test>, relay=127.0.0.13[127.0.0.13]:2503, delay=0.1, delays=0/0/0.1/0, dsn=4.4.1, status=deferred (connect to 127.0.0.13: Connection refused)
`.split('\n')

await t.test('what the log says of each recipient of a message', async t => {
  t.same(
    deliveriesIn(LOG, 'A1').map(({ recipient, status, trust }) => [recipient, status, trust]),
    [
      ['x@b.test', 'sent', 'Trusted'],
      ['y@b.test', 'sent', 'Trusted'],
      ['w@c.test', 'deferred', undefined],
    ],
  )
  t.match(deliveriesIn(LOG, 'A1')[0], {
    relay: '127.0.0.11[127.0.0.11]:2501',
    text: '250 mx.b.test has it (really)',
  })
})

await t.test(
  'TLS of one connection is not claimed for another one of the same process',
  async t => {
    t.equal(deliveriesIn(LOG, 'C3')[0]?.trust, undefined)
    t.same(deliveriesIn(LOG, 'NONE'), [])
  },
)
