import t from 'tap'
import pdf from '../../plugins/detect/pdf/index.js'
import pgp from '../../plugins/detect/pgp/index.js'
import rms from '../../plugins/detect/rms/index.js'
import smime from '../../plugins/detect/smime/index.js'
import { examine, judgeContent, type ContentOptions } from '../../src/gateway/examine.js'
import type { PluginHost } from '../../src/host/load.js'
import type { Mail } from '../../src/message/mail.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { ContentVerdict, Finding } from '../../src/policy/model.js'
import { enveloped } from '../support/container-bytes.js'
import { detect, mailOf, multipartOf } from '../support/detect-tools.js'
import { AES_256, LETTER_PDF, lockedPdf } from '../support/pdf-bytes.js'
import { TNEF_ID, tnefFile, tnefOf } from '../support/tnef-bytes.js'

const DETECTORS = [smime, pgp, pdf, rms]
const host = {
  classify: async () => [],
  detect: async (mail: Mail): Promise<readonly Finding[]> => {
    const found = await Promise.all(DETECTORS.map(plugin => detect(plugin, mail)))
    return found.flat().map(finding => ({ plugin: 'detect/test', ...finding }))
  },
} as unknown as PluginHost

const judge = (message: Buffer, options: ContentOptions = {}): Promise<ContentVerdict> =>
  judgeContent(parseMail(message), host, options, new AbortController().signal)

const BINARY = 'Content-Transfer-Encoding: binary'
const text = (content: string, header = 'Content-Type: text/plain; charset=utf-8'): Buffer =>
  mailOf(Buffer.from(content), header)
const P7M = enveloped()
const SEALED = mailOf(P7M, `Content-Type: application/pkcs7-mime\r\n${BINARY}`)
const LOCKED = mailOf(lockedPdf(AES_256), `Content-Type: application/pdf\r\n${BINARY}`)
const winmail = (...files: readonly (readonly [string, Buffer])[]): Buffer =>
  mailOf(
    tnefOf(files.flatMap(file => tnefFile(...file))),
    `Content-Type: application/ms-tnef\r\n${BINARY}`,
  )
const mixed = (...parts: readonly Buffer[]): Buffer => multipartOf('multipart/mixed', ...parts)

t.test('coverage is decided over everything that a message holds', async t => {
  const alternative = multipartOf(
    'multipart/alternative',
    SEALED,
    text('<p>Befund</p>', 'Content-Type: text/html'),
  )
  const nested = mailOf(SEALED, 'Content-Type: message/rfc822')
  const image = mailOf(
    Buffer.from('GIF89a'),
    `Content-Type: image/gif\r\nContent-ID: <a>\r\n${BINARY}`,
  )
  const cases: [string, Buffer, string, string][] = [
    ['a text', text('Befund'), 'not-encrypted', 'none'],
    ['a sealed message', SEALED, 'encrypted', 'whole'],
    ['a sealed part and a text', mixed(text('Befund'), SEALED), 'partial', 'attachments'],
    ['a sealed part and a blank text', mixed(text(' \r\n'), SEALED), 'encrypted', 'whole'],
    ['an alternative in the clear', alternative, 'partial', 'attachments'],
    ['a nested message', nested, 'encrypted', 'whole'],
    ['a nested message beside a text', mixed(text('Befund'), nested), 'partial', 'attachments'],
    ['an inline image', multipartOf('multipart/related', SEALED, image), 'partial', 'part'],
    [
      'an epilogue',
      Buffer.concat([mixed(SEALED), Buffer.from('Befund Meier')]),
      'partial',
      'attachments',
    ],
    ['two protected files', mixed(SEALED, LOCKED), 'encrypted', 'whole'],
    [
      'a readable file',
      mixed(SEALED, mailOf(LETTER_PDF, `Content-Type: application/pdf\r\n${BINARY}`)),
      'partial',
      'part',
    ],
    [
      'a password in the text',
      mixed(text('Das Passwort lautet: geheim'), LOCKED),
      'not-encrypted',
      'none',
    ],
    [
      'a password in an attached text',
      mixed(LOCKED, text('Passwort: geheim12', 'Content-Type: application/x')),
      'not-encrypted',
      'none',
    ],
    ['TNEF around a protected file', winmail(['a', lockedPdf(AES_256)]), 'encrypted', 'whole'],
    ['TNEF around a readable file', winmail(['a', LETTER_PDF]), 'not-encrypted', 'none'],
    ['TNEF around both', winmail(['a', lockedPdf(AES_256)], ['b', LETTER_PDF]), 'partial', 'part'],
    [
      'TNEF beside a text',
      mixed(text('Befund'), winmail(['a', lockedPdf(AES_256)])),
      'partial',
      'attachments',
    ],
    [
      'TNEF that nobody can read',
      mixed(SEALED, mailOf(Buffer.from('789f3e22ffffff', 'hex'), BINARY)),
      'unknown',
      'attachments',
    ],
    [
      'a password in TNEF',
      mixed(LOCKED, winmail(['a.txt', Buffer.from('Passwort: geheim12')])),
      'not-encrypted',
      'none',
    ],
    ['a signature around TNEF', winmail(['smime.p7m', P7M]), 'encrypted', 'whole'],
  ]
  for (const [name, message, verdict, coverage] of cases) {
    const found = await judge(message)
    t.equal(found.verdict, verdict, `${name}: ${found.why}`)
    t.equal(found.coverage, coverage, `${name}: coverage`)
  }
  t.ok(cases.length > 15)
})

t.test('findings inside TNEF have the path of what holds them', async t => {
  const message = mixed(text('Befund'), winmail(['a', LETTER_PDF], ['b', lockedPdf(AES_256)]))
  t.match((await judge(message)).parts, [
    { path: '1.2.1', system: 'pdf', verdict: 'not-encrypted' },
    { path: '1.2.2', system: 'pdf', verdict: 'encrypted' },
  ])
  const body = tnefOf([
    [1, TNEF_ID.body, Buffer.from('Passwort: geheim12')],
    ...tnefFile('a', lockedPdf(AES_256)),
  ])
  const { why } = await judge(mixed(text(''), mailOf(body, BINARY)))
  t.equal(why, 'a password stands in the same mail (1.2.1)')
})

t.test('a thousand nested messages are answered', async t => {
  let message = SEALED
  for (let depth = 0; depth < 1000; depth += 1)
    message = mailOf(message, 'Content-Type: message/rfc822')
  const started = performance.now()
  t.match(await judge(message), { verdict: 'unknown', why: /nested deeper/ })
  t.ok(performance.now() - started < 5000)
})

t.test('a header without end is answered', async t => {
  const message = Buffer.concat([Buffer.from(`Subject: ${'a'.repeat(20_000_000)}\r\n`), SEALED])
  const started = performance.now()
  t.match(await judge(message), { verdict: 'unknown', why: /header/ })
  t.ok(performance.now() - started < 5000)
})

t.test('a bare file has no cover, and no vendor', async t => {
  t.match(await judge(mailOf(lockedPdf(AES_256), BINARY), { form: 'file' }), {
    verdict: 'encrypted',
  })
})

t.test('what is known of a message: its kind, its labels, its content', async t => {
  const mail = parseMail(text('Befund'))
  t.match(await examine(mail, host, {}, new AbortController().signal), {
    kind: 'ordinary',
    labels: [],
    content: { verdict: 'not-encrypted' },
  })
})
