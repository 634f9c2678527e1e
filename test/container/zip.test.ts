import fc from 'fast-check'
import t from 'tap'
import { deflateRawSync } from 'node:zlib'
import { judgeContent } from '../../src/container/content.js'
import { judgeZip } from '../../src/container/zip.js'
import { noise } from '../support/container-bytes.js'
import { walk } from '../support/container-walk.js'
import {
  SECRET,
  aesPart,
  strongExtra,
  u16,
  u32,
  zipCryptoPart,
  zipOf,
} from '../support/zip-bytes.js'

const program = Buffer.concat([Buffer.from('MZ'), noise(5000)])
const strongPart = (algorithm: number): Parameters<typeof zipOf>[0][number] => ({
  method: 8,
  flags: 0x41,
  extra: strongExtra(algorithm),
  data: noise(208),
})

/** An archive whose directory is encrypted, as the strong encryption of PKWARE does it. */
function masked(algorithm: number, data = noise(300)): Buffer {
  const local = Buffer.concat([
    Buffer.from('PK\x03\x04', 'latin1'),
    u16(51, 0x2041, 8, 0, 0),
    u32(0, 0, SECRET.length),
    u16(1, 0),
    Buffer.from('1'),
    data,
  ])
  const directory = noise(160)
  const record = Buffer.concat([
    Buffer.from('PK\x06\x06', 'latin1'),
    u32(72, 0),
    u16(62, 62),
    u32(0, 0),
    u32(1, 0, 1, 0, 160, 0, local.length, 0),
    u16(8),
    u32(160, 0, 120, 0),
    u16(algorithm, 256, 1, 0),
  ])
  const end = local.length + directory.length
  return Buffer.concat([
    local,
    directory,
    record,
    Buffer.from('PK\x06\x07', 'latin1'),
    u32(0, end, 0, 1),
    Buffer.from('PK\x05\x06', 'latin1'),
    u16(0, 0, 0, 0xffff),
    u32(160, local.length),
    u16(0),
  ])
}

await t.test('what cannot be decided is unknown', async t => {
  const good = zipOf([aesPart('geheim')])
  const cases: [name: string, bytes: Buffer, why: RegExp][] = [
    ['no directory', good.subarray(0, 200), /directory is missing/],
    ['no entry where the directory says', Buffer.concat([noise(4), good.subarray(4)]), /not where/],
    ['another number of entries', zipOf([aesPart('x')], { count: 3 }), /number of entries/],
    [
      'two directories',
      zipOf([aesPart('x')], { comment: zipOf([{}], { isShifted: true }) }),
      /more than one directory/,
    ],
    ['headers that disagree', zipOf([{ ...aesPart('x'), localFlags: 0 }]), /disagree/],
    ['too short for AES', zipOf([{ ...aesPart('x'), data: noise(20) }]), /too short/],
    ['too short for ZipCrypto', zipOf([{ flags: 1, data: noise(11) }]), /too short/],
    [
      'AES of an unknown strength',
      zipOf([aesPart('x', { extra: u16(0x9901, 7, 2, 0x4541, 9, 0) })]),
      /damaged/,
    ],
    ['an unknown cipher', zipOf([strongPart(0x1234)]), /cipher is not known/],
    ['an encrypted directory by an unknown cipher', masked(0x1234), /cipher is not known/],
    ['noise behind the end', zipOf([aesPart('x')], { behind: noise(40) }), /behind the end/],
    ['one volume', volume(good), /one volume/],
  ]
  let seen = 0
  for (const [name, bytes, why] of cases) {
    t.match(await walk(judgeZip, bytes), { system: 'zip', verdict: 'unknown', why }, name)
    seen += 1
  }
  t.equal(seen, cases.length)
})

await t.test('protection is judged by the bytes of each entry', async t => {
  const open = { name: 'lohn.txt' }
  const cases: [name: string, bytes: Buffer, verdict: string, why: RegExp][] = [
    ['AES-256', zipOf([aesPart('geheim')]), 'encrypted', /AES-256; their names/],
    ['AES-128', zipOf([aesPart('geheim', {}, 1)]), 'encrypted', /AES-128/],
    ['ZipCrypto', zipOf([zipCryptoPart('geheim')]), 'weak', /traditional/],
    ['ZipCrypto, stored', zipOf([zipCryptoPart('geheim', { method: 0 })]), 'weak', /traditional/],
    ['PKWARE AES', zipOf([strongPart(0x6610)]), 'encrypted', /AES-256, PKWARE/],
    ['PKWARE 3DES', zipOf([strongPart(0x6603)]), 'weak', /3DES/],
    ['PKWARE RC4', zipOf([strongPart(0x6801)]), 'weak', /RC4/],
    ['an encrypted directory', masked(0x6610), 'encrypted', /names are protected/],
    ['a large one', zipOf([aesPart('x')], { isLarge: true }), 'encrypted', /AES/],
    ['with a comment', zipOf([aesPart('x')], { comment: SECRET }), 'encrypted', /comment/],
    ['behind a program', zipOf([aesPart('x')], { before: program }), 'encrypted', /AES/],
    [
      'with offsets of its own',
      zipOf([aesPart('x')], { before: program, isShifted: true }),
      'encrypted',
      /AES/,
    ],
    [
      'beside a directory',
      zipOf([aesPart('x'), { name: 'a/', content: Buffer.alloc(0) }]),
      'encrypted',
      /1 of 1/,
    ],
    ['beside a plain entry', zipOf([aesPart('x'), open]), 'partial', /1 of 2 entries readable/],
    [
      'an empty file beside it, traditional encryption',
      zipOf([zipCryptoPart('geheim'), zipCryptoPart('x', { content: Buffer.alloc(0), method: 0 })]),
      'weak',
      /1 of 1/,
    ],
    ['weak beside strong', zipOf([aesPart('x'), zipCryptoPart('x')]), 'partial', /weakly/],
    ['text behind', zipOf([aesPart('x')], { behind: SECRET }), 'partial', /readable/],
    ['text in front', zipOf([aesPart('x')], { before: SECRET }), 'partial', /readable/],
    [
      'text between',
      zipOf([aesPart('x'), aesPart('x')], { between: SECRET }),
      'partial',
      /readable/,
    ],
    ['zeros between', zipOf([aesPart('x')], { between: Buffer.alloc(64) }), 'encrypted', /AES/],
    ['plain', zipOf([{}, open]), 'not-encrypted', /none of 2/],
    ['empty', zipOf([]), 'not-encrypted', /no content/],
  ]
  let seen = 0
  for (const [name, bytes, verdict, why] of cases) {
    t.match(await walk(judgeZip, bytes), { system: 'zip', verdict, why }, name)
    seen += 1
  }
  t.equal(seen, cases.length)
})

await t.test('a claim is no protection', async t => {
  const large = Buffer.from(
    Array.from({ length: 3000 }, (_, index) => `Zeile ${index * 7919};`).join(''),
  )
  const cases: [name: string, bytes: Buffer][] = [
    ['bit 0 in the directory', zipOf([{ flags: 1, localFlags: 0 }])],
    ['bit 0 in the local header', zipOf([{ flags: 0, localFlags: 1 }])],
    ['bit 0 in both', zipOf([{ flags: 1 }])],
    ['bit 0 over a large entry', zipOf([{ flags: 1, content: large }])],
    ['bit 0 over stored text', zipOf([{ flags: 1, method: 0 }])],
    ['bit 0 over stored noise', zipOf([{ flags: 1, method: 0, content: noise(100) }])],
    ['AES over text', zipOf([aesPart('x', { data: SECRET })])],
    [
      'AES over deflate',
      zipOf([
        aesPart('x', { data: deflateRawSync(SECRET), extra: u16(0x9901, 7, 2, 0x4541, 0x0803, 0) }),
      ]),
    ],
    ['strong over text', zipOf([{ ...strongPart(0x6610), data: SECRET }])],
    ['an encrypted directory over text', masked(0x6610, SECRET)],
    ['an encrypted directory beside a plain header', masked(0x6610, zipOf([{}]))],
  ]
  let seen = 0
  for (const [name, bytes] of cases) {
    t.match(await walk(judgeZip, bytes), { verdict: 'not-encrypted' }, name)
    seen += 1
  }
  t.equal(seen, cases.length)
})

await t.test('an empty password protects nothing', async t => {
  const large = { content: noise(20_000) }
  for (const part of [
    aesPart(''),
    aesPart('', {}, 1),
    zipCryptoPart(''),
    zipCryptoPart('', { method: 0 }),
    zipCryptoPart('', large),
    zipCryptoPart('', { method: 0, ...large }),
  ])
    t.match(await walk(judgeZip, zipOf([part])), {
      verdict: 'not-encrypted',
      why: /empty password/,
    })
  t.match(await walk(judgeZip, zipOf([zipCryptoPart('x', large)])), { verdict: 'weak' })
})

await t.test('what is no archive, or part of another file, is left alone', async t => {
  for (const bytes of [
    Buffer.alloc(0),
    SECRET,
    noise(70_000),
    Buffer.concat([noise(3000), zipOf([aesPart('x')]), noise(3000)]),
  ])
    t.equal(await walk(judgeZip, bytes), undefined)
})

await t.test('cut at any byte, it is never taken for protected', async t => {
  const whole = zipOf([aesPart('geheim'), zipCryptoPart('geheim')])
  let seen = 0
  for (let size = 4; size < whole.length; size += 1) {
    const judgement = await walk(judgeZip, whole.subarray(0, size))
    if (judgement?.verdict !== 'unknown') t.fail(`${judgement?.verdict} at ${size}`)
    seen += 1
  }
  t.equal(seen, whole.length - 4)
})

await t.test('changed at any byte of a plain archive, nothing becomes protected', async t => {
  const plain = zipOf([{}, { name: 'lohn.txt', method: 0 }])
  await fc.assert(
    fc.asyncProperty(
      fc.nat(plain.length - 1),
      fc.integer({ min: 1, max: 255 }),
      async (at, bits) => {
        const changed = Buffer.from(plain)
        changed[at] = (changed[at] ?? 0) ^ bits
        const judgement = await walk(judgeContent, changed)
        return judgement?.verdict !== 'encrypted' && judgement?.verdict !== 'weak'
      },
    ),
    { numRuns: 600, seed: 4 },
  )
  t.pass('600 archives')
})

/** The end record of the first of several volumes. */
function volume(archive: Buffer): Buffer {
  const bytes = Buffer.from(archive)
  bytes.writeUInt16LE(1, bytes.length - 22 + 4)
  return bytes
}
