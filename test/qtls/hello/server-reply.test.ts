import fc from 'fast-check'
import t from 'tap'
import { clientHello } from '../../../src/qtls/hello/client-hello.js'
import { groupName, groupsOf, schemeName } from '../../../src/qtls/hello/names.js'
import { MAX_REPLY, readReply } from '../../../src/qtls/hello/server-reply.js'
import { agreementOf, suitesOf } from '../../../src/qtls/hello/suites.js'
import { allSuites, suiteName } from '../../../src/qtls/hello/suite-names.js'
import { keyShare } from '../../../src/qtls/hello/key-share.js'
import {
  dheReply,
  ecdheReply,
  record,
  retryReply,
  u16,
  u24,
  vector,
} from '../../support/tls-bytes.js'

const read = (bytes: Buffer) => readReply(bytes, agreementOf)

await t.test('an answer of TLS 1.2 with a curve', async t => {
  t.match(read(ecdheReply()), {
    hello: { protocol: 'TLSv1.2', suite: 0xc02f, isRetry: false, compression: 0 },
    chain: [Buffer.from('first certificate'), Buffer.from('second')],
    keyExchange: { group: 23, dhBits: undefined, scheme: 0x0804 },
    isComplete: true,
  })
  t.ok(read(ecdheReply())?.hello?.extensions.has(0xff01))
})

await t.test('an answer of TLS 1.2 with a finite field', async t => {
  t.match(read(dheReply(1024)), { keyExchange: { dhBits: 1024, scheme: 0x0401, group: undefined } })
  t.match(read(dheReply(2047)), { keyExchange: { dhBits: 2047 } })
})

await t.test('a server of TLS 1.3 that wants another share', async t => {
  t.match(read(retryReply(4588)), {
    hello: { protocol: 'TLSv1.3', suite: 0x1301, isRetry: true, group: 4588 },
    isComplete: true,
  })
})

await t.test('an alert ends it', async t => {
  const alert = record(21, Buffer.from([2, 40]))
  t.match(read(alert), { alert: { level: 2, description: 40 }, hello: undefined, isComplete: true })
})

await t.test('what comes behind a hello of TLS 1.3 cannot be read', async t => {
  const hello = ecdheReply().subarray(0, 80)
  t.match(read(Buffer.concat([retryReply(23), record(23, Buffer.alloc(50))])), { isComplete: true })
  t.equal(read(record(23, hello)), undefined)
})

await t.test('messages are put together from records', async t => {
  const whole = ecdheReply(7)
  t.match(read(whole), { keyExchange: { group: 23 }, isComplete: true })
})

await t.test('an answer that breaks off is not complete, wherever it does', async t => {
  for (const whole of [ecdheReply(), dheReply(512), retryReply(23)]) {
    for (let length = 0; length < whole.length; length += 1) {
      const reply = read(whole.subarray(0, length))
      if (reply?.isComplete === true) t.fail(`${length} of ${whole.length} bytes`)
    }
    t.ok(read(whole)?.isComplete)
  }
})

await t.test('lengths that do not fit make it no TLS', async t => {
  const hello = (body: Buffer) =>
    record(22, Buffer.concat([Buffer.from([2]), u24(body.length), body]))
  const front = Buffer.concat([u16(0x0303), Buffer.alloc(32)])
  const rows: readonly (readonly [string, Buffer])[] = [
    ['a short hello', hello(Buffer.alloc(10))],
    ['a long session', hello(Buffer.concat([front, Buffer.from([33]), Buffer.alloc(40)]))],
    [
      'extensions beyond the end',
      hello(Buffer.concat([front, Buffer.from([0, 0xc0, 0x2f, 0]), u16(9)])),
    ],
    [
      'an extension beyond the end',
      hello(
        Buffer.concat([
          front,
          Buffer.from([0, 0xc0, 0x2f, 0]),
          vector(2, Buffer.from([0, 1, 0, 9])),
        ]),
      ),
    ],
    ['a certificate first', record(22, Buffer.concat([Buffer.from([11]), u24(3), u24(0)]))],
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request')],
    ['a record that is too long', Buffer.from([22, 3, 3, 0xff, 0xff, 0, 0])],
  ]
  for (const [what, bytes] of rows) t.equal(read(bytes), undefined, what)
})

await t.test('no chain is too long to be read', async t => {
  const certificates = Buffer.concat(
    Array.from({ length: 200 }, () => vector(3, Buffer.alloc(1000))),
  )
  const message = Buffer.concat([
    Buffer.from([11]),
    u24(certificates.length + 3),
    vector(3, certificates),
  ])
  const start = ecdheReply()
  const hello = start.subarray(0, 5 + start.readUInt16BE(3))
  const reply = read(Buffer.concat([hello, record(22, message, 16_000)]))
  t.equal(reply?.chain.length, 20)
  t.ok(MAX_REPLY > 200_000)
})

await t.test('whatever the bytes are, nothing is thrown', async t => {
  const samples = [ecdheReply(), dheReply(2048), retryReply(29)]
  const changes = fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { minLength: 1, maxLength: 6 })
  let seen = 0
  fc.assert(
    fc.property(fc.constantFrom(...samples), changes, (sample, list) => {
      const bytes = Buffer.from(sample)
      for (const [at, byte] of list) bytes[at % bytes.length] = byte
      read(bytes)
      seen += 1
    }),
    { numRuns: 600 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => void read(Buffer.from(bytes))))
  t.equal(seen, 600)
})

await t.test('a hello says what it offers', async t => {
  const random = Buffer.alloc(32, 7)
  const offer = { suites: [0xc02f], groups: [23], schemes: [0x0804] }
  const hello = clientHello({ protocol: 'TLSv1.2', ...offer }, random)
  t.equal(
    hello.toString('hex'),
    [
      '160301004f',
      '0100004b',
      `0303${'07'.repeat(32)}00`,
      '0004c02f00ff',
      '0100',
      '001e',
      '000a000400020017',
      '000d000400020804',
      '000b00020100',
      '00160000',
      '00170000',
    ].join(''),
  )
  const newest = clientHello({ protocol: 'TLSv1.3', ...offer }, random).toString('hex')
  t.match(newest, /002b0003020304/, 'TLS 1.3 and nothing else')
  t.match(newest, /003300020000/, 'no share, so that the server has to name its group')
  const oldest = clientHello({ protocol: 'SSLv3', ...offer }, random)
  t.equal(oldest.toString('hex').slice(0, 6), '160300')
  t.equal(oldest.length, 5 + 4 + 2 + 32 + 1 + 6 + 2, 'without extensions')
})

await t.test('no hello has a length that old servers hang at', async t => {
  for (let count = 1; count < 260; count += 1) {
    const suites = allSuites().slice(0, count)
    const hello = clientHello({ protocol: 'TLSv1.2', suites, groups: [23], schemes: [0x0804] })
    const length = hello.length - 5
    if (length >= 256 && length < 512) t.fail(`${count} suites make ${length} bytes`)
  }
  t.ok(allSuites().length > 340)
})

await t.test('names are those of the registry', async t => {
  t.equal(suiteName(0xc02f), 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
  t.equal(suiteName(0x1302), 'TLS_AES_256_GCM_SHA384')
  t.equal(suiteName(0xfafa), '0xfafa')
  t.equal(groupName(4588), 'X25519MLKEM768')
  t.equal(groupName(9999), '0x270f')
  t.equal(schemeName(0x0804), 'rsa_pss_rsae_sha256')
  t.notOk(groupsOf('TLSv1.2').includes(4588))
  t.ok(groupsOf('TLSv1.3').includes(4587) && !groupsOf('TLSv1.3').includes(1))
  t.ok(suitesOf('TLSv1.3').every(suite => suite >> 8 === 0x13))
  t.notOk(suitesOf('TLSv1').some(suite => suiteName(suite).includes('GCM')))
})

await t.test('how a suite agrees on keys', async t => {
  const rows: readonly (readonly [number, string])[] = [
    [0xc02f, 'ecdhe'],
    [0xc018, 'ecdhe'],
    [0x009e, 'dhe'],
    [0x0034, 'dhe'],
    [0x002f, 'other'],
    [0xc004, 'other'],
    [0x0031, 'other'],
    [0xc033, 'other'],
  ]
  for (const [suite, wanted] of rows) t.equal(agreementOf(suite), wanted, suiteName(suite))
})

await t.test('a share is a value of its group', async t => {
  t.equal(keyShare(23)?.value.length, 65)
  t.equal(keyShare(29)?.value.length, 32)
  t.equal(keyShare(257)?.value.length, 384)
  t.equal(keyShare(4588), undefined)
})
