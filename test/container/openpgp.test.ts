import fc from 'fast-check'
import t from 'tap'
import { judgeOpenPgp } from '../../src/container/openpgp.js'
import {
  PKESK,
  SEIPD,
  SKESK,
  chunksOf,
  hex,
  noise,
  oldPacket,
  packet,
} from '../support/container-bytes.js'

const judge = (...packets: readonly Buffer[]) => judgeOpenPgp(chunksOf(Buffer.concat(packets), 9))

const MARKER = packet(10, Buffer.from('PGP'))
const PADDING = packet(21, noise(20))
const LITERAL = packet(11, Buffer.from('b Befund im Klartext'))
const SIGNATURE = packet(2, noise(70))
const ONE_PASS = packet(4, noise(13))
const TEXT = Buffer.from('Sehr geehrte Frau Beispiel, hier steht der Befund im Klartext.')
const skesk = (head: string): Buffer => packet(3, Buffer.concat([hex(head), noise(20)]))
const seipd2 = (cipher: string): Buffer =>
  packet(18, Buffer.concat([hex(`02 ${cipher} 02 06`), noise(100)]))

t.test('a message is judged by its packets', async t => {
  const cases: [string, Buffer[], object | undefined][] = [
    ['for a key', [PKESK, SEIPD], { verdict: 'encrypted', why: /version 1 for 1 recipient/ }],
    [
      'for two keys and a passphrase',
      [PKESK, PKESK, SKESK, SEIPD],
      { verdict: 'encrypted', why: /3 recipient/ },
    ],
    ['with marker and padding', [MARKER, PADDING, PKESK, SEIPD, PADDING], { verdict: 'encrypted' }],
    ['version 2', [PKESK, seipd2('09')], { verdict: 'encrypted', why: /version 2/ }],
    [
      'LibrePGP OCB',
      [PKESK, packet(20, Buffer.concat([hex('01 09 02 10'), noise(60)]))],
      { verdict: 'encrypted', why: /OCB/ },
    ],
    ['signed outside', [ONE_PASS, PKESK, SEIPD, SIGNATURE], { verdict: 'encrypted' }],
    [
      'old packets',
      [oldPacket(1, PKESK.subarray(6), 1), oldPacket(9, noise(60), 3)],
      { verdict: 'weak' },
    ],
    [
      'to the end of the file, where a text stands',
      [oldPacket(1, PKESK.subarray(6), 1), oldPacket(9, Buffer.concat([noise(60), TEXT, TEXT]), 3)],
      { verdict: 'unknown', why: /text stands at the end/ },
    ],
    ['without integrity check', [PKESK, packet(9, noise(60))], { verdict: 'weak' }],
    ['a passphrase with IDEA', [skesk('04 01'), SEIPD], { verdict: 'weak' }],
    ['a passphrase, version 6, with CAST5', [skesk('06 1a 03'), SEIPD], { verdict: 'weak' }],
    [
      'a passphrase, version 6, with AES',
      [skesk('06 1a 09'), seipd2('09')],
      { verdict: 'encrypted' },
    ],
    ['a passphrase, version 5', [skesk('05 09'), SEIPD], { verdict: 'encrypted' }],
    ['version 2 with Blowfish', [PKESK, seipd2('04')], { verdict: 'weak' }],
    [
      'a passphrase with a cipher nobody knows',
      [skesk('04 63'), SEIPD],
      { verdict: 'unknown', why: /cipher 99/ },
    ],
    ['a passphrase of another version', [skesk('07 09'), SEIPD], { verdict: 'unknown' }],
    [
      'a key of another version',
      [packet(1, Buffer.concat([hex('09'), noise(30)])), SEIPD],
      { verdict: 'unknown' },
    ],
    [
      'a session key without end',
      [packet(1, Buffer.concat([hex('03'), noise(20_000)])), SEIPD],
      { verdict: 'unknown', why: /too long/ },
    ],
    [
      'data of another version',
      [PKESK, packet(18, Buffer.concat([hex('05'), noise(60)]))],
      { verdict: 'unknown' },
    ],
    ['version 2 with a cipher nobody knows', [PKESK, seipd2('63')], { verdict: 'unknown' }],
    [
      'too little data',
      [PKESK, packet(18, Buffer.concat([hex('01'), noise(20)]))],
      { verdict: 'unknown' },
    ],
    ['nobody who can open it', [SEIPD], { verdict: 'unknown' }],
    ['a key without data', [PKESK], { verdict: 'unknown', why: /session key without/ }],
    [
      'text in place of ciphertext',
      [PKESK, packet(18, Buffer.concat([hex('01'), TEXT]))],
      { verdict: 'not-encrypted', why: /forged/ },
    ],
    [
      'text, and nobody who can open it',
      [packet(18, Buffer.concat([hex('01'), TEXT]))],
      { verdict: 'not-encrypted' },
    ],
    ['text behind it', [PKESK, SEIPD, LITERAL], { verdict: 'unknown', why: /follow/ }],
    ['something else behind it', [PKESK, SEIPD, Buffer.from('Klartext')], { verdict: 'unknown' }],
    ['something else behind the key', [PKESK, Buffer.from('Klartext')], { verdict: 'unknown' }],
    ['a packet nobody knows behind the key', [PKESK, packet(60, noise(4))], { verdict: 'unknown' }],
    ['only a literal packet', [LITERAL], { verdict: 'not-encrypted' }],
    ['only compressed', [packet(8, noise(30))], { verdict: 'not-encrypted' }],
    ['only signed', [ONE_PASS, LITERAL, SIGNATURE], { verdict: 'not-encrypted' }],
    ['a detached signature', [SIGNATURE], { verdict: 'not-encrypted', isEmpty: true }],
    ['a public key', [packet(6, noise(50)), packet(13, TEXT)], { verdict: 'not-encrypted' }],
    ['a secret key', [packet(5, noise(50))], { verdict: 'not-encrypted' }],
    ['only padding', [PADDING], undefined],
    ['a packet nobody knows', [packet(60, noise(4))], undefined],
    ['text', [TEXT], undefined],
    ['nothing', [], undefined],
  ]
  for (const [name, packets, want] of cases) {
    const found = await judge(...packets)
    if (want === undefined) t.equal(found, undefined, name)
    else t.match(found, want, name)
  }
  t.ok(cases.length > 0)
})

t.test('padding without end is given up', async t => {
  const padding = Buffer.alloc(20_002, hex('d5 00'))
  t.match(await judge(padding), { verdict: 'unknown', why: /too many packets/ })
  t.match(await judge(PKESK, SEIPD, padding), { verdict: 'unknown' })
})

t.test('a message that breaks off at any byte is never encrypted', async t => {
  const whole = Buffer.concat([PKESK, SKESK, SEIPD])
  t.match(await judge(whole), { verdict: 'encrypted' })
  for (let size = 1; size < whole.length; size += 1) {
    const found = await judge(whole.subarray(0, size))
    if (found?.verdict !== 'unknown') t.fail(`${found?.verdict} at ${size}`)
  }
})

t.test('hostile bytes give a judgement or nothing, and always the same in any chunks', async t => {
  const sample = Buffer.concat([PKESK, SKESK, SEIPD])
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 5 }),
      fc.integer({ min: 1, max: 60 }),
      async (changes, size) => {
        const bytes = Buffer.from(sample)
        for (const [at, value] of changes) bytes[at] = value
        t.same(await judgeOpenPgp(chunksOf(bytes, size)), await judgeOpenPgp(chunksOf(bytes)))
      },
    ),
    { numRuns: 100 },
  )
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async bytes => {
      const found = await judgeOpenPgp(chunksOf(Buffer.from(bytes)))
      return found?.verdict !== 'encrypted'
    }),
    { numRuns: 200 },
  )
  t.pass('300 messages')
})
