import fc from 'fast-check'
import t, { type Test } from 'tap'
import { judgeOffice } from '../../src/container/office.js'
import { opensXor } from '../../src/container/office-password.js'
import { noise } from '../support/container-bytes.js'
import { timed, walk } from '../support/container-walk.js'
import {
  agileInfo,
  cryptoApiInfo,
  packageStreams,
  presentationStreams,
  rc4Info,
  standardInfo,
  wordStreams,
  workbook,
} from '../support/office-bytes.js'
import { oleOf } from '../support/ole-bytes.js'
import { SECRET, u16, u32 } from '../support/zip-bytes.js'

const SPACES = Buffer.alloc(112, 0x20)
const BUILT_IN = 'VelvetSweatshop'
const rc4Pass = (password: string): Buffer => Buffer.concat([u16(1), rc4Info(password)])
const apiPass = (password: string): Buffer => Buffer.concat([u16(1), cryptoApiInfo(password)])
const RIGHTS = '\u0006DataSpaces/TransformInfo/DRMEncryptedTransform/\u0006Primary'
const word = (flags: number, table: Buffer, text?: Buffer): Record<string, Buffer> =>
  wordStreams(flags | 0x0200, table, text)

type Case = [name: string, streams: Record<string, Buffer>, verdict: string, why: RegExp]

async function judgeAll(t: Test, cases: readonly Case[], system = 'office'): Promise<void> {
  let seen = 0
  for (const [name, streams, verdict, why] of cases) {
    t.match(await walk(judgeOffice, oleOf(streams)), { system, verdict, why }, name)
    seen += 1
  }
  t.equal(seen, cases.length)
}

await t.test('packages of today', async t => {
  await judgeAll(t, [
    ['agile, AES-256', packageStreams(agileInfo('geheim')), 'encrypted', /AES-256, agile/],
    [
      'agile, SHA-1 and AES-128',
      packageStreams(agileInfo('geheim', { hash: 'SHA1', bits: 128 })),
      'encrypted',
      /AES-128/,
    ],
    [
      'agile, SHA-256',
      packageStreams(agileInfo('geheim', { hash: 'SHA256', bits: 192 })),
      'encrypted',
      /AES-192/,
    ],
    [
      'agile, the built-in password',
      packageStreams(agileInfo(BUILT_IN)),
      'not-encrypted',
      /everybody knows/,
    ],
    [
      'agile, SHA-1, the built-in password',
      packageStreams(agileInfo(BUILT_IN, { hash: 'SHA1', bits: 128 })),
      'not-encrypted',
      /everybody/,
    ],
    ['agile, no password', packageStreams(agileInfo('')), 'not-encrypted', /everybody knows/],
    ['agile, DES', packageStreams(agileInfo('x', { cipher: 'DES' })), 'weak', /DES/],
    [
      'agile, a cipher nobody knows',
      packageStreams(agileInfo('x', { cipher: 'ROT' })),
      'unknown',
      /cipher/,
    ],
    [
      'agile, a hash nobody knows',
      packageStreams(agileInfo('x', { said: { hashAlgorithm: 'X' } })),
      'unknown',
      /cannot be tried/,
    ],
    [
      'agile, ten million rounds',
      packageStreams(agileInfo('x', { said: { spinCount: '10000000' } })),
      'unknown',
      /too expensive/,
    ],
    [
      'agile, nonsense',
      packageStreams(Buffer.concat([u32(0x00040004, 0x40), SECRET])),
      'unknown',
      /damaged/,
    ],
    ['standard', packageStreams(standardInfo('geheim')), 'encrypted', /AES-128, standard/],
    [
      'standard, AES-256',
      packageStreams(standardInfo('geheim', 256)),
      'encrypted',
      /AES-256, standard/,
    ],
    [
      'standard, the built-in password',
      packageStreams(standardInfo(BUILT_IN)),
      'not-encrypted',
      /everybody/,
    ],
    ['RC4', packageStreams(cryptoApiInfo('geheim')), 'weak', /RC4/],
    ['extensible', packageStreams(u32(0x00030004, 0)), 'unknown', /extensible/],
    ['another version', packageStreams(u32(0x00070009, 0)), 'unknown', /version/],
    [
      'a header cut short',
      packageStreams(standardInfo('x').subarray(0, 60)),
      'unknown',
      /malformed/,
    ],
    [
      'text in place of ciphertext',
      packageStreams(agileInfo('x'), SECRET),
      'not-encrypted',
      /can be read/,
    ],
    [
      'no content',
      packageStreams(agileInfo('x'), Buffer.alloc(0)),
      'unknown',
      /no encrypted content/,
    ],
  ])
})

await t.test('documents of old', async t => {
  await judgeAll(t, [
    ['Word, RC4 of 40 bits', word(0x100, rc4Info('x')), 'weak', /40 bits/],
    ['Word, RC4 by the CryptoAPI', word(0x100, cryptoApiInfo('x')), 'weak', /RC4/],
    ['Word, XOR', word(0x8100, Buffer.alloc(8)), 'weak', /XOR/],
    ['Word, plain', word(0, Buffer.alloc(8)), 'not-encrypted', /not encrypted/],
    [
      'Word, the flag over text',
      word(0x100, rc4Info('x'), Buffer.concat(Array.from({ length: 30 }, () => SECRET))),
      'not-encrypted',
      /claims/,
    ],
    [
      'Word, the flags over a short text',
      word(0x8100, Buffer.alloc(8), SECRET),
      'not-encrypted',
      /claims/,
    ],
    ['Word, no password', word(0x100, rc4Info('')), 'not-encrypted', /everybody/],
    ['Excel, RC4', { Workbook: workbook(rc4Pass('x')) }, 'weak', /40 bits/],
    ['Excel, RC4 by the CryptoAPI', { Workbook: workbook(apiPass('x')) }, 'weak', /RC4/],
    [
      'Excel, the built-in password',
      { Workbook: workbook(apiPass(BUILT_IN)) },
      'not-encrypted',
      /everybody/,
    ],
    [
      'Excel, the built-in password, 40 bits',
      { Workbook: workbook(rc4Pass(BUILT_IN)) },
      'not-encrypted',
      /everybody/,
    ],
    ['Excel, XOR', { Workbook: workbook(u16(0, 0x1234, 0x5678)) }, 'weak', /XOR/],
    [
      'Excel, XOR, the built-in password',
      { Workbook: workbook(u16(0, 0, 0x9a0a)) },
      'not-encrypted',
      /everybody/,
    ],
    ['Excel 95, XOR', { Book: workbook(u16(0x1234, 0x5678)) }, 'weak', /XOR/],
    ['Excel, a kind nobody knows', { Workbook: workbook(u16(9, 0, 0, 0)) }, 'unknown', /kind/],
    ['Excel, plain', { Workbook: workbook() }, 'not-encrypted', /not encrypted/],
    [
      'Excel, the record over readable ones',
      { Workbook: workbook(rc4Pass('x'), SPACES) },
      'not-encrypted',
      /claims/,
    ],
    [
      'Excel, two forms',
      { Workbook: workbook(rc4Pass('x')), Book: workbook() },
      'partial',
      /not encrypted/,
    ],
    ['PowerPoint, RC4', presentationStreams(true, cryptoApiInfo('x', 40)), 'weak', /RC4/],
    [
      'PowerPoint, what it writes by itself',
      presentationStreams(true, cryptoApiInfo('/01Hannes Ruescher/01')),
      'not-encrypted',
      /everybody/,
    ],
    [
      'PowerPoint, plain',
      presentationStreams(false, Buffer.alloc(0)),
      'not-encrypted',
      /not encrypted/,
    ],
    [
      'PowerPoint, not described',
      presentationStreams(true, Buffer.alloc(0)),
      'unknown',
      /not described/,
    ],
  ])
})

await t.test('rights management', async t => {
  const content = noise(3000)
  const rights = { '\tDRMContent': content }
  await judgeAll(
    t,
    [
      ['a package', { [RIGHTS]: noise(200), EncryptedPackage: content }, 'encrypted', /rights/],
      ['a document of old', rights, 'encrypted', /rights/],
      [
        'with the text that says so',
        { ...rights, WordDocument: word(0, SECRET)['1Table'] ?? SECRET },
        'encrypted',
        /rights/,
      ],
    ],
    'rms',
  )
  await judgeAll(t, [
    ['over text', { '\tDRMContent': SECRET }, 'not-encrypted', /can be read/],
    [
      'beside a readable document',
      { ...rights, ...word(0, SECRET, noise(9000)) },
      'partial',
      /not encrypted/,
    ],
  ])
})

await t.test('a compound file without a document, or another file, is left alone', async t => {
  t.equal(await walk(judgeOffice, oleOf({ Anything: SECRET })), undefined)
  t.equal(await walk(judgeOffice, SECRET), undefined)
  t.equal(await walk(judgeOffice, oleOf({ EncryptedPackage: noise(200) })), undefined)
})

await t.test('what stands behind the last sector is looked at', async t => {
  const sealed = oleOf(packageStreams(agileInfo('geheim')))
  const letter = Buffer.concat([noise(900), SECRET])
  const holed = Buffer.from(sealed)
  const table = holed.length - 512
  holed.writeUInt32LE(100, table + 4 * 3)
  holed.writeUInt32LE(4, table + 4 * 100)
  const used = Buffer.from(sealed)
  used.writeUInt32LE(0xfffffffe, table + 4 * (sealed.length / 512 - 1))
  // Found by fuzzing: where the root says its mini stream starts.
  const rights = oleOf({ '\tDRMContent': noise(6000), '\tDRMDataSpace': noise(64) })
  const astray = Buffer.from(rights)
  astray.writeUInt32LE(100, (astray.readUInt32LE(0x30) + 1) * 512 + 0x74)
  const leaving = oleOf({ Workbook: workbook(Buffer.concat([u16(1), rc4Info('geheim')])) })
  leaving.writeUInt32LE(100, leaving.length - 512 + 4 * 9)
  const cases: [name: string, bytes: Buffer, verdict: string][] = [
    ['a text', Buffer.concat([sealed, SECRET]), 'partial'],
    ['a text at the very end', Buffer.concat([sealed, letter]), 'partial'],
    ['a text that its table calls used', Buffer.concat([used, SECRET]), 'partial'],
    ['a text, where a chain leaves the file', Buffer.concat([leaving, SECRET]), 'partial'],
    ['zeros', Buffer.concat([sealed, Buffer.alloc(2000)]), 'encrypted'],
    ['what was in use once', Buffer.concat([sealed, noise(2000)]), 'encrypted'],
    ['nothing, but a chain leaves the file', holed, 'unknown'],
    ['nothing', rights, 'encrypted'],
    ['nothing, but the mini stream lies outside', astray, 'unknown'],
  ]
  let seen = 0
  for (const [name, bytes, verdict] of cases) {
    t.match(await walk(judgeOffice, bytes), { verdict }, name)
    seen += 1
  }
  t.equal(seen, cases.length)
})

await t.test('the verifier of XOR is the one of the specification', t => {
  t.equal(opensXor(0x9a0a, BUILT_IN), true)
  t.equal(opensXor(0x9a0b, BUILT_IN), false)
  t.end()
})

await t.test('cut at any byte, it is never taken for protected', async t => {
  const whole = oleOf(packageStreams(agileInfo('geheim', { rounds: 1 }), noise(480)))
  let seen = 0
  for (let size = 8; size < whole.length - 512; size += 1) {
    const judgement = await walk(judgeOffice, whole.subarray(0, size))
    if (judgement?.verdict === 'encrypted') t.fail(`at ${size}`)
    seen += 1
  }
  t.ok(seen > 2000)
})

await t.test('hostile compound files end, and soon', async t => {
  const whole = oleOf({
    ...word(0x100, rc4Info('x')),
    ...packageStreams(agileInfo('x', { rounds: 1 })),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 4), fc.integer()), { minLength: 1, maxLength: 20 }),
      async edits => {
        const changed = Buffer.from(whole)
        for (const [at, value] of edits) changed.writeInt32LE(value, at)
        await walk(judgeOffice, changed)
      },
    ),
    { numRuns: 300, seed: 4 },
  )
  // Found by fuzzing: four billion sectors of the table, listed in a sector that leads to itself.
  const circle = Buffer.concat([whole.subarray(0, 512), Buffer.alloc(512)])
  circle.writeUInt32LE(0xffffffff, 0x2c)
  circle.writeUInt32LE(0, 0x44)
  t.match(await walk(judgeOffice, circle), { verdict: 'unknown' })
  const costly = oleOf(packageStreams(agileInfo('x', { said: { spinCount: '700000' } })))
  const { pauseMs } = await timed(() => walk(judgeOffice, costly, { maxKeyRounds: 700_000 }))
  t.ok(pauseMs < 1000, `the longest pause was ${pauseMs} ms`)
})
