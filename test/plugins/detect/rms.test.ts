import fc from 'fast-check'
import t from 'tap'
import rms from '../../../plugins/detect/rms/index.js'
import { noise } from '../../support/container-bytes.js'
import { corpus, detect, mailOf } from '../../support/detect-tools.js'
import { oleOf } from '../../support/ole-bytes.js'
import { LICENCE, pfile, rpmsg, rpmsgBlock } from '../../support/rms-bytes.js'

const BINARY = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary'
const CONTENT = '\u0009DRMContent'
const LETTER = Buffer.from('Befund und Diagnose, vertraulich. '.repeat(200))
const SEALED = oleOf([
  [CONTENT, noise(6000)],
  ['\u0009DRMDataSpace', noise(64)],
])

const verdictOf = async (file: Buffer): Promise<string | undefined> =>
  (await detect(rms, mailOf(file, BINARY)))[0]?.verdict

/** A compound file whose first stream leads from its fifth sector to one that is not there, and back. */
function withHole(file: Buffer): Buffer {
  const holed = Buffer.from(file)
  const table = holed.length - 512
  holed.writeUInt32LE(100, table + 4 * 5)
  holed.writeUInt32LE(6, table + 4 * 100)
  return holed
}

t.test('every form, and what is wrong with it', async t => {
  const magic = Buffer.from('76e80460c411e386', 'hex')
  const cases: [string, Buffer, string | undefined][] = [
    ['text', LETTER, undefined],
    ['a message', rpmsg(SEALED), 'encrypted'],
    [
      'a message whose container cannot be read',
      rpmsg(Buffer.concat([SEALED.subarray(0, 8), noise(4000)])),
      'encrypted',
    ],
    ['a message of text', rpmsg(LETTER), 'not-encrypted'],
    [
      'a message of text behind the magic of a container',
      rpmsg(Buffer.concat([SEALED.subarray(0, 8), LETTER])),
      'not-encrypted',
    ],
    ['a message of noise', rpmsg(noise(4000)), 'unknown'],
    [
      'a message that holds another document',
      rpmsg(oleOf([['WordDocument', noise(5000)]])),
      'unknown',
    ],
    [
      'a message that holds text as its content',
      rpmsg(oleOf([[CONTENT, LETTER]])),
      'not-encrypted',
    ],
    ['only the magic bytes', magic, 'unknown'],
    [
      'a block with another mark',
      Buffer.concat([magic, rpmsgBlock(SEALED.subarray(0, 4096), { mark: 1 })]),
      'unknown',
    ],
    [
      'a block of another size',
      Buffer.concat([magic, rpmsgBlock(SEALED.subarray(0, 4096), { size: 9 })]),
      'unknown',
    ],
    [
      'a block that grows',
      Buffer.concat([magic, rpmsgBlock(Buffer.alloc(100_000), { size: 4096 })]),
      'unknown',
    ],
    [
      'a block that is no zlib data',
      Buffer.concat([magic, Buffer.from('a00f00000400000004000000ffffffff', 'hex')]),
      'unknown',
    ],
    ['an old document', SEALED, 'encrypted'],
    ['a short one', oleOf([[CONTENT, noise(200)]]), 'encrypted'],
    ['one without content', oleOf([[CONTENT, noise(10)]]), 'unknown'],
    [
      'one with two contents',
      oleOf([
        [CONTENT, noise(5000)],
        [CONTENT, LETTER],
      ]),
      'unknown',
    ],
    ['one with a text behind it', Buffer.concat([SEALED, LETTER]), 'partial'],
    ['one with zeros behind it', Buffer.concat([SEALED, Buffer.alloc(700)]), 'encrypted'],
    ['one whose chain leaves the file', withHole(SEALED), 'unknown'],
    ['a forged one', oleOf([[CONTENT, LETTER]]), 'not-encrypted'],
    [
      'a package',
      oleOf([
        ['EncryptedPackage', noise(5000)],
        ['DRMEncryptedDataSpace', noise(64)],
      ]),
      'encrypted',
    ],
    [
      'a package with a password',
      oleOf([
        ['EncryptedPackage', noise(5000)],
        ['EncryptionInfo', noise(64)],
      ]),
      undefined,
    ],
    ['another compound file', oleOf([['WordDocument', noise(5000)]]), undefined],
    ['a file', pfile(LICENCE, noise(500)), 'encrypted'],
    [
      'a file with a text behind it',
      pfile(LICENCE, Buffer.concat([noise(500), LETTER.subarray(0, 200)])),
      'partial',
    ],
    ['a file of text', pfile(LICENCE, LETTER), 'not-encrypted'],
    ['a file without licence', pfile(noise(500), noise(500)), 'unknown'],
    ['a file without payload', pfile(LICENCE, noise(500), 999_999), 'unknown'],
    ['a file that is only its name', Buffer.from('.pfile'), 'unknown'],
  ]
  for (const [name, file, want] of cases) t.equal(await verdictOf(file), want, name)
  t.ok(cases.length > 20)
})

t.test('names and types are claims', async t => {
  const claim = 'Content-Type: application/x-microsoft-rpmsg-message; name="message.rpmsg"'
  t.same(await detect(rms, mailOf(LETTER, claim)), [])
  const large = mailOf(Buffer.concat([rpmsg(SEALED), Buffer.alloc(70_000)]), BINARY)
  t.match(await detect(rms, large, { max_size: '64K' }), [{ verdict: 'unknown', why: /max_size/ }])
  const document = mailOf(Buffer.concat([SEALED, Buffer.alloc(70_000)]), BINARY)
  t.same(await detect(rms, document, { max_size: '64K' }), [])
})

t.test('a message cut at any byte is never encrypted', async t => {
  const whole = rpmsg(SEALED)
  let seen = 0
  for (let size = 0; size < whole.length; size += 1) {
    const verdict = await verdictOf(whole.subarray(0, size))
    if (verdict === 'encrypted') t.fail(`${verdict} at ${size}`)
    seen += 1
  }
  t.ok(seen > 300)
})

t.test('a changed byte anywhere in a directory is no error, and ends', async t => {
  const plain = oleOf([
    ['WordDocument', noise(5000)],
    ['1Table', noise(300)],
  ])
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(plain.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      async changes => {
        const file = Buffer.from(plain)
        for (const [at, byte] of changes) file[at] = byte
        return (await verdictOf(file)) === undefined
      },
    ),
    { numRuns: 500, seed: 4 },
  )
  const circle = Buffer.from(plain)
  circle.writeUInt32LE(1, 512 + 4)
  t.equal(await verdictOf(circle), undefined)
})

t.test('every labelled sample is judged as its label says', async t => {
  const items = corpus(['rms'])
  if (items === undefined) return t.pass('skipped: the samples are not beside this checkout')
  for (const { file, verdict, bytes } of items)
    t.equal((await verdictOf(bytes)) ?? 'not-encrypted', verdict, file)
  return t.ok(items.length > 0)
})
