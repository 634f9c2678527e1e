import { deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { Budget } from '../../src/container/budget.js'
import { judgeContent, startWalk } from '../../src/container/content.js'
import { PKESK, SEIPD, compressed, enveloped, noise } from '../support/container-bytes.js'
import { timed, walk } from '../support/container-walk.js'
import { agileInfo, packageStreams } from '../support/office-bytes.js'
import { oleOf } from '../support/ole-bytes.js'
import { AES_256, LETTER_PDF, hexNoise, lockedPdf } from '../support/pdf-bytes.js'
import { hiddenRar5, rar5Of } from '../support/rar-bytes.js'
import { SECRET, aesPart, zipCryptoPart, zipOf } from '../support/zip-bytes.js'

const sealed = zipOf([aesPart('geheim')])
const holding = (...contents: readonly Buffer[]): Buffer =>
  zipOf(contents.map((content, index) => ({ name: `${index}.bin`, content })))

await t.test('what a plain archive holds is judged for itself', async t => {
  const office = oleOf(packageStreams(agileInfo('geheim')))
  const cases: [name: string, bytes: Buffer, system: string, verdict: string][] = [
    ['a protected archive', holding(sealed), 'zip', 'encrypted'],
    ['two of them', holding(sealed, sealed), 'zip', 'encrypted'],
    ['a weak one', holding(zipOf([zipCryptoPart('x')])), 'zip', 'weak'],
    ['a weak beside a strong one', holding(zipOf([zipCryptoPart('x')]), sealed), 'zip', 'partial'],
    ['a text beside', holding(sealed, SECRET), 'zip', 'partial'],
    ['one that holds a text beside', holding(holding(sealed, SECRET)), 'zip', 'partial'],
    ['RAR', holding(hiddenRar5('geheim')), 'rar', 'encrypted'],
    ['Office', holding(office), 'office', 'encrypted'],
    ['CMS', holding(enveloped()), 'smime', 'encrypted'],
    ['OpenPGP', holding(Buffer.concat([PKESK, SEIPD])), 'pgp', 'encrypted'],
    ['CMS that only packs', holding(compressed(deflateSync(SECRET))), 'zip', 'not-encrypted'],
    ['a broken archive', holding(sealed.subarray(0, 100)), 'zip', 'unknown'],
    ['two layers', holding(holding(sealed)), 'zip', 'encrypted'],
    ['three layers', holding(holding(holding(sealed))), 'zip', 'encrypted'],
    ['four layers', holding(holding(holding(holding(sealed)))), 'zip', 'unknown'],
    ['a plain RAR archive', holding(rar5Of([{ content: sealed }])), 'zip', 'encrypted'],
    ['another packing', holding(gzipSync(sealed)), 'zip', 'not-encrypted'],
    ['noise', holding(noise(500)), 'zip', 'not-encrypted'],
  ]
  let seen = 0
  for (const [name, bytes, system, verdict] of cases) {
    const judgement = await walk(judgeContent, bytes)
    t.equal(judgement?.system, system, `${name}: ${judgement?.why}`)
    t.equal(judgement?.verdict, verdict, `${name}: ${judgement?.why}`)
    seen += 1
  }
  t.equal(seen, cases.length)
})

await t.test('a PDF file in an archive is judged as one that is attached', async t => {
  const locked = lockedPdf(AES_256)
  const rc4 = lockedPdf(
    `<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O ${hexNoise(32)} /U ${hexNoise(32)} >>`,
  )
  const rights = lockedPdf(AES_256.replace('Standard', 'MicrosoftIRMServices'))
  const stored = (content: Buffer): Buffer => zipOf([{ method: 0, content }])
  const office = zipOf([
    { name: '[Content_Types].xml', content: Buffer.from('<Types/>') },
    { name: 'word/embeddings/a.pdf', content: locked },
  ])
  const openDocument = zipOf([
    {
      name: 'mimetype',
      method: 0,
      content: Buffer.from('application/vnd.oasis.opendocument.text'),
    },
    { name: 'Object/a.pdf', content: locked },
    { name: 'META-INF/manifest.xml', content: Buffer.from('<manifest/>') },
  ])
  const before = (text: string): Buffer => Buffer.concat([Buffer.from(text, 'latin1'), locked])
  const cases: [name: string, bytes: Buffer, system: string, verdict: string, why: RegExp][] = [
    ['a protected one', holding(locked), 'pdf', 'encrypted', /AES/],
    ['one that is stored', stored(locked), 'pdf', 'encrypted', /AES/],
    ['a weak one', holding(rc4), 'pdf', 'weak', /RC4/],
    ['one under rights management', holding(rights), 'rms', 'encrypted', /Rights/],
    ['a readable one', holding(LETTER_PDF), 'zip', 'not-encrypted', /PDF: it is not encrypted/],
    ['one of each', holding(locked, LETTER_PDF), 'pdf', 'partial', /1 of 2/],
    ['a text beside', holding(locked, SECRET), 'pdf', 'partial', /1 of 2/],
    ['a damaged one', holding(Buffer.from('%PDF-1.7')), 'pdf', 'unknown', /trailer/],
    ['two layers', holding(holding(locked)), 'pdf', 'encrypted', /AES/],
    ['four layers', holding(holding(holding(holding(locked)))), 'zip', 'unknown', /too often/],
    ['behind other bytes', stored(before('\x00\xff\x80\x90')), 'pdf', 'partial', /1 of 1/],
    ['in RAR', rar5Of([{ content: locked }]), 'pdf', 'encrypted', /AES/],
    ['an Office file around one', office, 'pdf', 'partial', /1 of 2/],
    ['an OpenDocument file around one', openDocument, 'pdf', 'encrypted', /AES/],
    [
      'a text that speaks of one',
      stored(Buffer.from('A letter: 1 0 obj, and %PDF-1.7')),
      'zip',
      'not-encrypted',
      /none of 1/,
    ],
  ]
  let seen = 0
  for (const [name, bytes, system, verdict, why] of cases) {
    t.match(await walk(judgeContent, bytes), { system, verdict, why }, name)
    seen += 1
  }
  t.equal(seen, cases.length)
})

await t.test('PDF files in an archive are paid from the budget of the message', async t => {
  const large = Buffer.concat([LETTER_PDF, Buffer.alloc(100_000, 0x20)])
  const stored = zipOf([{ method: 0, content: large }])
  const little = { maxUnpackedBytes: 50_000 }
  const onDisk = {
    size: stored.length,
    read: async (a: number, b: number) => stored.subarray(a, b),
  }
  t.match(await judgeContent(onDisk, startWalk(new Budget(little))), {
    verdict: 'unknown',
    why: /too large/,
  })
  t.match(await walk(judgeContent, stored, little), { verdict: 'not-encrypted', why: /PDF/ })
  t.match(await walk(judgeContent, zipOf([{ content: large }]), little), { verdict: 'unknown' })
  t.match(await walk(judgeContent, zipOf([{ content: large }]), { maxUnpackedBytes: 150_000 }), {
    verdict: 'not-encrypted',
    why: /PDF/,
  })
  const many = holding(...Array.from({ length: 5 }, () => lockedPdf(AES_256)))
  const few = { maxKeyRounds: 45_000 }
  t.match(await walk(judgeContent, many, few), { verdict: 'unknown', why: /too expensive/ })
  t.match(await walk(judgeContent, many), { verdict: 'encrypted', why: /5 of 5/ })
})

await t.test('what is no container is nothing', async t => {
  for (const bytes of [SECRET, noise(3000), Buffer.alloc(0), gzipSync(SECRET)])
    t.equal(await walk(judgeContent, bytes), undefined)
})

await t.test('limits end what would not end, in bounded time', async t => {
  let nested = sealed
  for (let depth = 0; depth < 1000; depth += 1)
    nested = zipOf([{ name: 'a', method: 0, content: nested }])
  const zeros = zipOf([{ name: 'a', content: Buffer.alloc(20_000_000) }])
  const bomb = holding(...Array.from({ length: 20 }, () => zeros))
  const giant = zipOf([{ content: zipOf([{ method: 0, content: Buffer.alloc(70_000_000) }]) }])
  const crowd = zipOf(
    Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}`, content: SECRET })),
  )
  const cases: [name: string, bytes: Buffer, verdict: string, why: RegExp][] = [
    ['a thousand archives inside each other', nested, 'unknown', /too often/],
    ['twenty times twenty megabytes of zeros', bomb, 'not-encrypted', /none/],
    ['an archive of seventy megabytes inside', giant, 'unknown', /too large/],
    ['more than ten thousand entries', crowd, 'unknown', /too many entries/],
  ]
  let seen = 0
  for (const [name, bytes, verdict, why] of cases) {
    const { ms } = await timed(async () => {
      t.match(await walk(judgeContent, bytes), { verdict, why }, name)
    })
    t.ok(ms < 10_000, `${name}: ${ms} ms`)
    seen += 1
  }
  t.equal(seen, cases.length)
})
