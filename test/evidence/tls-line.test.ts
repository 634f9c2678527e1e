import t from 'tap'
import { readTlsLine } from '../../src/evidence/tls-line.js'

const LINE =
  'Verified TLS connection established to mx.x.example[2001:db8::1]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature ECDSA (prime256v1) server-digest SHA256'

void t.test('a session of TLS 1.3 with its details', async t => {
  t.same(readTlsLine(LINE), {
    relay: 'mx.x.example[2001:db8::1]:25',
    session: {
      trust: 'Verified',
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      details: 'key-exchange X25519 server-signature ECDSA (prime256v1) server-digest SHA256',
    },
  })
})

void t.test('a session of TLS 1.2, which has none', async t => {
  for (const trust of ['Trusted', 'Untrusted', 'Anonymous']) {
    const line = `${trust} TLS connection established to mx[192.0.2.1]:25: TLSv1.2 with cipher ECDHE-ECDSA-AES128-SHA (128/128 bits)`
    t.same(readTlsLine(line), {
      relay: 'mx[192.0.2.1]:25',
      session: { trust, protocol: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES128-SHA', details: '' },
    })
  }
})

void t.test('a line that breaks off says nothing, or the same with fewer details', async t => {
  let seen = 0
  for (let length = 0; length < LINE.length; length++) {
    const part = readTlsLine(LINE.slice(0, length))
    if (part === undefined) continue
    seen++
    if (part.session.cipher !== 'TLS_AES_256_GCM_SHA384' || part.session.trust !== 'Verified')
      t.fail(`${length} bytes give ${JSON.stringify(part)}`)
  }
  t.ok(seen > 20)
})

const WRONG = [
  'Anonymous TLS connection established from unknown[192.0.2.1]: TLSv1.3 with cipher X (256/256 bits)',
  'Perfect TLS connection established to mx[192.0.2.1]:25: TLSv1.3 with cipher X (256/256 bits)',
  'setting up TLS connection to mx[192.0.2.1]:25',
  ' Verified TLS connection established to mx[192.0.2.1]:25: TLSv1.3 with cipher X (256/256 bits)',
]

void t.test('other lines are no sessions of the client', async t => {
  for (const line of WRONG) t.equal(readTlsLine(line), undefined, line)
  t.ok(WRONG.length > 0)
})
