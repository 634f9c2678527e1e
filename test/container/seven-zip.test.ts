import { createCipheriv } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { judgeContent } from '../../src/container/content.js'
import { judgeSevenZip } from '../../src/container/seven-zip.js'
import { SevenZipCursor } from '../../src/container/seven-zip-cursor.js'
import { openArchiveBox } from '../support/archive-tools.js'
import { hex, noise } from '../support/container-bytes.js'
import { timed, walk } from '../support/container-walk.js'
import { AES_256, lockedPdf } from '../support/pdf-bytes.js'
import { archive, sevenZipNumber, stored } from '../support/seven-zip-bytes.js'
import { SECRET, aesPart, u32, zipOf } from '../support/zip-bytes.js'

const box = openArchiveBox()
t.teardown(() => box.close())

const LONG = Buffer.concat(
  Array.from({ length: 40 }, (_, index) => Buffer.from(`${index} ${SECRET.toString()}`)),
)
box.write('a.txt', SECRET)
box.write('b.txt', LONG)
box.write('inner.zip', zipOf([aesPart('geheim')]))
box.write('locked.pdf', lockedPdf(AES_256))
box.write('noise.bin', noise(3000))
box.write('empty.txt', Buffer.alloc(0))

/** Ciphertext under the key that the empty password has without rounds. */
function sealedWithNothing(plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', Buffer.alloc(32), Buffer.alloc(16)).setAutoPadding(
    false,
  )
  return cipher.update(Buffer.concat([plain, Buffer.alloc((16 - (plain.length % 16)) % 16)]))
}

await t.test('what cannot be decided is unknown', async t => {
  const good = box.sevenZip('good.7z', '-pgeheim', 'a.txt')
  const cases: [name: string, bytes: Buffer, why: RegExp][] = [
    ['a damaged start', flipped(good, 14), /start is damaged/],
    ['a damaged header', flipped(good, good.length - 3), /check sum/],
    ['cut', good.subarray(0, good.length - 1), /breaks off/],
    ['a header of an unknown kind', archive(noise(16), hex('05')), /malformed/],
    ['a length that AES never has', stored(noise(33), 33, 0), /length/],
    ['rounds beyond any', stored(noise(48), 40, 0, 30), /damaged/],
    ['noise behind', Buffer.concat([good, noise(40)]), /behind the end/],
    ['a million folders', archive(noise(16), hex('01 04 07 0b c0 40 42 00')), /too many entries/],
    ['forty methods', archive(noise(16), hex('01 04 07 0b 01 00 28')), /methods/],
    [
      'a number beyond counting',
      archive(noise(16), hex('01 04 06 ff ffffffffffffff7f')),
      /too large/,
    ],
  ]
  let seen = 0
  for (const [name, bytes, why] of cases) {
    t.match(await walk(judgeSevenZip, bytes), { system: '7z', verdict: 'unknown', why }, name)
    seen += 1
  }
  t.equal(seen, cases.length)
})

await t.test('a claim or an empty password is no protection', async t => {
  const plain = noise(80)
  const cases: [name: string, bytes: Buffer][] = [
    ['AES over text', stored(SECRET.subarray(0, 192), 190, 0)],
    ['AES over stored noise', stored(plain, 80, crc32(plain))],
    ['an empty password', stored(sealedWithNothing(plain), 80, crc32(plain), 0x3f)],
  ]
  for (const [name, bytes] of cases)
    t.match(await walk(judgeSevenZip, bytes), { verdict: 'not-encrypted' }, name)
  t.match(await walk(judgeSevenZip, stored(noise(80), 77, 1)), { verdict: 'encrypted' })
  // The methods of an archive of 7z without its first: what was packed is not encrypted.
  const packed = box.sevenZip('lzma.7z', '-m0=lzma', '-mhc=off', 'b.txt')
  const forged = withAes(packed)
  t.match(await walk(judgeSevenZip, forged), { verdict: 'not-encrypted', why: /can be unpacked/ })
})

await t.test('files that were added later without a password make it partial', async t => {
  box.sevenZip('later.7z', '-pgeheim', 'a.txt')
  const bytes = box.sevenZip('later.7z', 'b.txt')
  t.same(box.listed('later.7z')?.toSorted(), [false, true])
  t.match(await walk(judgeSevenZip, bytes), { verdict: 'partial', why: /1 of 2/ })
})

await t.test('plain archives are looked into', async t => {
  for (const method of ['copy', 'lzma', 'lzma2', 'deflate']) {
    const bytes = box.sevenZip(`in-${method}.7z`, `-m0=${method}`, 'inner.zip')
    t.match(await walk(judgeContent, bytes), { system: 'zip', verdict: 'encrypted' }, method)
  }
  const mixed = box.sevenZip('mixed.7z', 'inner.zip', 'a.txt')
  t.match(await walk(judgeContent, mixed), { verdict: 'partial' })
  const pdf = box.sevenZip('pdf.7z', 'locked.pdf')
  t.match(await walk(judgeContent, pdf), { system: 'pdf', verdict: 'encrypted' })
  const behind = Buffer.concat([Buffer.from('MZ'), noise(5000), mixed])
  t.match(await walk(judgeContent, behind), { verdict: 'partial' })
  t.equal(await walk(judgeSevenZip, SECRET), undefined)
})

await t.test('cut at any byte, it is never taken for protected', async t => {
  const whole = box.sevenZip('cut.7z', '-pgeheim', 'a.txt', 'b.txt')
  let seen = 0
  for (let size = 6; size < whole.length; size += 1) {
    const judgement = await walk(judgeSevenZip, whole.subarray(0, size))
    if (judgement?.verdict !== 'unknown') t.fail(`${judgement?.verdict} at ${size}`)
    seen += 1
  }
  t.ok(seen > 300)
})

await t.test('hostile headers end, and soon', async t => {
  const whole = stored(noise(80), 77, 1)
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.nat(40), async (bytes, keep) => {
      const header = Buffer.concat([whole.subarray(112, 112 + keep), Buffer.from(bytes)])
      await walk(judgeSevenZip, archive(noise(80), header))
    }),
    { numRuns: 400, seed: 4 },
  )
  const costly = stored(noise(80), 77, 1, 24)
  const { pauseMs } = await timed(() => walk(judgeSevenZip, costly))
  t.ok(pauseMs < 1000, `the longest pause was ${pauseMs} ms`)
})

await t.test('numbers of all lengths', t => {
  const cases: [bytes: string, want: number][] = [
    ['00', 0],
    ['7f', 0x7f],
    ['8080', 0x80],
    ['bfff', 0x3fff],
    ['c00040', 0x4000],
    ['e0000020', 0x200000],
    ['f078563412', 0x12345678],
    ['ff0000000000000000', 0],
  ]
  for (const [bytes, want] of cases) t.equal(new SevenZipCursor(hex(bytes)).number(), want, bytes)
  t.throws(() => new SevenZipCursor(hex('ff00')).number(), { code: 'ERR_CONTAINER_TRUNCATED' })
  t.end()
})

/** Says of a plain LZMA archive with an open header that AES comes on top. */
function withAes(plain: Buffer): Buffer {
  const start = Number(plain.readBigUInt64LE(12))
  const header = plain.subarray(32 + start)
  const at = header.indexOf(hex('01 23 030101 05'))
  const lzma = header.subarray(at + 1, at + 11)
  const packed = plain.subarray(32, 32 + start)
  const filled = Buffer.concat([packed, Buffer.alloc((16 - (packed.length % 16)) % 16)])
  const folder = Buffer.concat([hex('02 24 06f10701 01 04'), lzma, hex('01 00')])
  const next = Buffer.concat([
    hex('01 04 06 00 01 09'),
    sevenZipNumber(filled.length),
    hex('00 07 0b 01 00'),
    folder,
    hex('0c'),
    sevenZipNumber(packed.length),
    sevenZipNumber(LONG.length),
    hex('0a 01'),
    u32(crc32(LONG)),
    hex('00 00 00'),
  ])
  return archive(filled, next)
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}
