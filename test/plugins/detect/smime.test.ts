import fc from 'fast-check'
import t from 'tap'
import smime from '../../../plugins/detect/smime/index.js'
import { enveloped, noise, signed } from '../../support/container-bytes.js'
import {
  LETTER,
  corpus,
  detect,
  mailOf,
  multipartOf,
  openToolBox,
} from '../../support/detect-tools.js'

const P7M = 'Content-Type: application/pkcs7-mime; name="smime.p7m"'
const BASE64 = 'Content-Transfer-Encoding: base64'
const base64 = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('base64').replace(/.{64}/g, '$&\r\n'))

const box = openToolBox()
t.teardown(() => box.close())

/** A CMS message made by openssl. */
const cms = (args: readonly string[], input: Buffer = LETTER): Buffer =>
  box.openssl(['cms', ...args], input)
const encrypt = (...args: readonly string[]): Buffer =>
  cms(['-encrypt', '-binary', '-outform', 'DER', ...args])
const sign = (input: Buffer, ...args: readonly string[]): Buffer =>
  cms(
    ['-sign', '-binary', '-outform', 'DER', '-signer', 'rsa.pem', '-inkey', 'rsa.key', ...args],
    input,
  )
const entity = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${P7M}\r\n${BASE64}\r\n\r\n`), base64(bytes)])

t.test('what openssl makes', async t => {
  const aes = encrypt('-aes256', 'rsa.pem')
  const cases: [string, Buffer, object][] = [
    [
      'AES-256-CBC for an RSA key',
      aes,
      { verdict: 'encrypted', why: 'EnvelopedData, AES-256-CBC for 1 recipient(s)' },
    ],
    [
      'AES-128-CBC for two keys',
      encrypt('-aes128', 'rsa.pem', 'ec.pem'),
      { verdict: 'encrypted', why: /AES-128-CBC for 2/ },
    ],
    [
      'AES-128-GCM for an EC key',
      encrypt('-aes-128-gcm', 'ec.pem'),
      { verdict: 'encrypted', why: /^AuthEnvelopedData, AES-128-GCM/ },
    ],
    [
      'indefinite lengths',
      encrypt('-aes256', '-stream', '-indef', 'rsa.pem'),
      { verdict: 'encrypted' },
    ],
    ['a passphrase', encrypt('-aes256', '-pwri_password', 'geheim'), { verdict: 'encrypted' }],
    [
      'a symmetric key',
      encrypt('-aes256', '-secretkey', '00'.repeat(16), '-secretkeyid', '01'),
      { verdict: 'encrypted' },
    ],
    ['3DES', encrypt('-des3', 'rsa.pem'), { verdict: 'weak', why: /3DES/ }],
    [
      'EncryptedData',
      cms([
        '-EncryptedData_encrypt',
        '-binary',
        '-outform',
        'DER',
        '-aes256',
        '-secretkey',
        '00'.repeat(32),
      ]),
      { verdict: 'encrypted', why: 'EncryptedData, AES-256-CBC' },
    ],
    [
      'signed',
      sign(LETTER, '-nodetach'),
      { verdict: 'not-encrypted', why: 'signed: the content is readable' },
    ],
    [
      'signed, indefinite lengths',
      sign(LETTER, '-nodetach', '-stream', '-indef'),
      { verdict: 'not-encrypted' },
    ],
    ['a signature by itself', sign(LETTER), { verdict: 'not-encrypted', accounts: ['1'] }],
    [
      'signed around encrypted',
      sign(entity(aes), '-nodetach'),
      { verdict: 'encrypted', why: /^signed: EnvelopedData/ },
    ],
    [
      'signed around encrypted without a MIME header',
      sign(aes, '-nodetach'),
      { verdict: 'encrypted' },
    ],
    [
      'signed around weak',
      sign(entity(encrypt('-des3', 'rsa.pem')), '-nodetach'),
      { verdict: 'weak' },
    ],
    [
      'signed around a multipart',
      sign(multipartOf('multipart/mixed', entity(aes)), '-nodetach'),
      { verdict: 'not-encrypted' },
    ],
    [
      'digested',
      cms(['-digest_create', '-binary', '-outform', 'DER']),
      { verdict: 'not-encrypted' },
    ],
    [
      'only certificates',
      box.openssl(['crl2pkcs7', '-nocrl', '-certfile', 'rsa.pem', '-outform', 'DER']),
      { verdict: 'not-encrypted' },
    ],
  ]
  for (const [name, bytes, want] of cases) {
    t.match(await detect(smime, mailOf(bytes)), [{ system: 'smime', part: '1', ...want }], name)
  }
  t.ok(cases.length > 0)
})

t.test('bytes decide, whatever the header says', async t => {
  const der = enveloped()
  const opaque = signed(Buffer.concat([Buffer.from([4, 4]), Buffer.from('text')]))
  const cases: [string, Buffer, object[]][] = [
    ['another type', mailOf(der, 'Content-Type: image/png'), [{ verdict: 'encrypted' }]],
    [
      'a type that lies',
      mailOf(opaque, `${P7M}; smime-type=enveloped-data`),
      [{ verdict: 'not-encrypted' }],
    ],
    ['base64', mailOf(base64(der), `${P7M}\r\n${BASE64}`), [{ verdict: 'encrypted' }]],
    ['base64 that nobody declared', mailOf(base64(der), P7M), [{ verdict: 'encrypted' }]],
    ['base64 that nobody declared, in a part that claims nothing', mailOf(base64(der)), []],
    [
      'PEM',
      mailOf(
        Buffer.concat([
          Buffer.from('-----BEGIN CMS-----\n'),
          base64(der),
          Buffer.from('\n-----END CMS-----\n'),
        ]),
      ),
      [{ verdict: 'encrypted' }],
    ],
    [
      'PEM that breaks off',
      mailOf(Buffer.concat([Buffer.from('-----BEGIN PKCS7-----\n'), base64(der).subarray(0, 90)])),
      [{ verdict: 'unknown' }],
    ],
    ['PEM without a line', mailOf(Buffer.from('-----BEGIN CMS-----')), []],
    [
      'an empty p7m',
      mailOf(Buffer.alloc(0), P7M),
      [{ verdict: 'unknown', why: 'labelled as S/MIME, but it is empty' }],
    ],
    [
      'a p7m that is text',
      mailOf(Buffer.from('Befund und Diagnose'), P7M),
      [{ verdict: 'not-encrypted' }],
    ],
    [
      'a p7m that is noise',
      mailOf(noise(200), P7M),
      [{ verdict: 'unknown', why: /no CMS message/ }],
    ],
    [
      'the name alone',
      mailOf(noise(200), 'Content-Type: application/octet-stream; name="a.P7M"'),
      [{ verdict: 'unknown' }],
    ],
    ['text', mailOf(Buffer.from('0 is how this text begins'), 'Content-Type: text/plain'), []],
    [
      'a multipart',
      multipartOf('multipart/mixed', mailOf(Buffer.from('text')), mailOf(der)),
      [{ part: '1.2', verdict: 'encrypted' }],
    ],
  ]
  for (const [name, message, want] of cases) {
    const found = await detect(smime, message)
    t.match(found, want, name)
    t.equal(found.length, want.length, `${name}: findings`)
  }
})

t.test('wrapping without end is given up', async t => {
  let bytes = enveloped()
  for (let depth = 0; depth < 7; depth += 1) bytes = signed(octets(bytes))
  t.match(await detect(smime, mailOf(bytes)), [{ verdict: 'unknown', why: /wrapped too often/ }])
})

t.test('signed content with an endless header is readable', async t => {
  const header = Buffer.from(`X-A: ${'a'.repeat(70_000)}\r\n\r\n`)
  t.match(await detect(smime, mailOf(signed(octets(header)))), [{ verdict: 'not-encrypted' }])
  t.match(await detect(smime, mailOf(signed(octets(Buffer.from('no header'))))), [
    { verdict: 'not-encrypted' },
  ])
})

t.test('a message cut at any byte is never encrypted', async t => {
  const whole = encrypt('-aes256', 'ec.pem')
  for (let size = 0; size < whole.length; size += 1) {
    const [found] = await detect(smime, mailOf(whole.subarray(0, size), P7M))
    if (found?.verdict !== 'unknown') t.fail(`${found?.verdict} at ${size}`)
  }
  t.ok(whole.length > 300)
})

t.test('hostile content gives findings or none', async t => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (bytes, isClaimed) => {
      const message = mailOf(
        Buffer.concat([Buffer.from([0x30]), Buffer.from(bytes)]),
        isClaimed ? P7M : undefined,
      )
      const found = await detect(smime, message)
      return found.every(({ verdict }) => verdict !== 'encrypted' && verdict !== 'weak')
    }),
    { numRuns: 200 },
  )
  t.pass('200 messages')
})

t.test('every labelled sample is judged as its label says', async t => {
  const items = corpus(['cms'])
  if (items === undefined) return t.pass('skipped: the samples are not beside this checkout')
  for (const { file, verdict, bytes } of items) {
    const [found] = await detect(
      smime,
      mailOf(bytes, 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary'),
    )
    t.equal(found?.verdict ?? 'not-encrypted', verdict, file)
  }
  return t.ok(items.length > 0)
})

function octets(content: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  return Buffer.concat([Buffer.from([4, 0x84]), length, content])
}

t.test('text beside base64 in the same part makes the protection partial', async t => {
  const lines = base64(encrypt('-aes256', 'rsa.pem')).toString('latin1')
  const pem = `-----BEGIN CMS-----\r\n${lines}\r\n-----END CMS-----\r\n`
  const plain = 'Content-Type: text/plain; charset=utf-8'
  const cases: [string, string, string, object[]][] = [
    ['nothing else', pem, plain, [{ verdict: 'encrypted' }]],
    ['white space behind', `${pem}\r\n \r\n`, plain, [{ verdict: 'encrypted' }]],
    ['text behind', `${pem}Befund Meier\r\n`, plain, [{ verdict: 'partial', why: /beside it/ }]],
    [
      'text far behind',
      `${pem}${' '.repeat(300)}Befund Meier\r\n`,
      plain,
      [{ verdict: 'partial' }],
    ],
    [
      'text behind END',
      pem.replace('END CMS-----', 'END CMS----- Befund'),
      plain,
      [{ verdict: 'partial' }],
    ],
    [
      'another END',
      pem.replace('END CMS-----', 'END BEFUND-----'),
      plain,
      [{ verdict: 'partial' }],
    ],
    ['text behind BEGIN', pem.replace('BEGIN CMS-----', 'BEGIN CMS----- Befund'), plain, []],
    [
      'text that base64 skips',
      pem.replace('\r\n', '\r\nдиагноз\r\n'),
      plain,
      [{ verdict: 'partial' }],
    ],
    ['the same without PEM', `${lines}\r\nдиагноз\r\n`, P7M, [{ verdict: 'partial' }]],
  ]
  for (const [name, text, head, want] of cases)
    t.match(await detect(smime, mailOf(Buffer.from(text), head)), want, name)
  t.same(await detect(smime, mailOf(Buffer.from(cases[6]?.[1] ?? ''), plain)), [])
})
