import fc from 'fast-check'
import t from 'tap'
import type { Mail } from '../../src/message/mail.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { joinPayload } from '../../src/seal/container/payload.js'
import { HTML_LETTER } from '../../src/seal/html/html-format.js'
import { letterFileSize } from '../../src/seal/html/letter-file.js'
import { writeStyle } from '../../src/seal/html/letter-style.js'
import { sanitiseHtml } from '../../src/seal/html/sanitise.js'
import { innerMessage } from '../../src/seal/inner-message.js'
import { letterMail } from '../../src/seal/letter-mail.js'
import { mostLetterBytes, sizeFacts } from '../../src/seal/letter-size.js'
import { viewOf } from '../../src/seal/letter-view.js'
import { sampleHeader, sampleOrder } from '../support/seal-samples.js'

const ENVELOPE = { sender: 'anna@in.example', recipients: ['eva@good.example'] }
const CRLF = '\r\n'

interface PartDraft {
  readonly head: string
  readonly body: Buffer
}

function mailOf(parts: readonly PartDraft[]): Mail {
  const pieces = parts.flatMap(({ head, body }) => [
    Buffer.from(`--b${CRLF}${head}${CRLF}${CRLF}`),
    body,
    Buffer.from(CRLF),
  ])
  const front = Buffer.from(
    `Subject: x${CRLF}Content-Type: multipart/mixed; boundary=b${CRLF}${CRLF}`,
  )
  return parseMail(Buffer.concat([front, ...pieces, Buffer.from(`--b--${CRLF}`)]), ENVELOPE)
}

/** Bytes of the letter's body as it is written, without the cost of a key; with a logo as large as may be. */
async function letterBytes(mail: Mail, logo: string | undefined): Promise<number> {
  const order = sampleOrder(mail)
  const inner = innerMessage(mail)
  const view = await viewOf({ mail, inner, sender: order.sender, sanitise: sanitiseHtml })
  const payload = joinPayload(view, inner)
  const style = writeStyle({ ...order.style, logo }, order.language)
  const size = letterFileSize(sampleHeader(payload.size, { iterations: 600_000 }), style)
  const file = { size, chunks: () => payload.chunks() }
  return letterMail(order, { format: 'html', type: 'text/html', encoding: '7bit', file }).bodyBytes
}

const most = (mail: Mail): number => mostLetterBytes(HTML_LETTER.growth, sizeFacts(mail))
const LOGO = `data:image/png;base64,${'A'.repeat(139_900)}`

const HEADS = [
  'Content-Type: text/plain; charset=utf-8',
  'Content-Type: text/plain; charset=windows-1252',
  'Content-Type: text/html; charset=koi8-r',
  `Content-Type: text/html${CRLF}Content-Transfer-Encoding: base64`,
  `Content-Type: text/plain${CRLF}Content-Transfer-Encoding: quoted-printable`,
  `Content-Type: text/plain${CRLF}Content-Disposition: attachment; filename=a.txt`,
  `Content-Type: image/png${CRLF}Content-ID: <${'i'.repeat(200)}>${CRLF}Content-Disposition: attachment; filename="${'ü"'.repeat(80)}"`,
  'Content-Type: message/rfc822',
  'Content-Type: application/octet-stream',
  '',
]
const FILLINGS = [
  '\u0001',
  '<b>',
  '&"',
  '€',
  'x',
  '=80',
  '\r\n',
  'gIGC',
  '<img src="cid:i">',
  '\xff',
]

t.test('a letter of any shape is never larger than is said before', async () => {
  const part = fc.record({
    head: fc.constantFrom(...HEADS),
    filling: fc.constantFrom(...FILLINGS),
    encoding: fc.constantFrom('utf8' as const, 'latin1' as const),
    bytes: fc.oneof(fc.nat(100), fc.nat(60_000)),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(1, 1, 20),
      fc.constantFrom(undefined, LOGO),
      async (drafts, times, logo) => {
        const parts = drafts.map(({ head, filling, encoding, bytes }) => ({
          head,
          body: Buffer.alloc(Math.floor(bytes / times), filling, encoding),
        }))
        const mail = mailOf(Array.from({ length: times }, () => parts).flat())
        return (await letterBytes(mail, logo)) <= most(mail)
      },
    ),
    { numRuns: 60 },
  )
})

t.test('nor is one of many parts, of one long line, or of much HTML', async t => {
  const shapes: readonly (readonly [string, readonly PartDraft[]])[] = [
    ...HEADS.map(
      head =>
        [
          `1500 parts: ${head}`,
          Array.from({ length: 1500 }, (_, at) => ({ head, body: Buffer.from(`<b>${at}`) })),
        ] as const,
    ),
    ['one line', [{ head: HEADS[0] ?? '', body: Buffer.alloc(2_000_000, '\u0001') }]],
    ['HTML', [{ head: HEADS[2] ?? '', body: Buffer.alloc(900_000, '<p>\xc1&amp;</p>', 'latin1') }]],
    ['HTML that grows', [{ head: HEADS[2] ?? '', body: Buffer.alloc(30_000, '<b>') }]],
  ]
  for (const [name, parts] of shapes) {
    const mail = mailOf(parts)
    const bytes = await letterBytes(mail, LOGO)
    t.ok(bytes <= most(mail), `${name}: ${bytes} of ${most(mail)}`)
  }
})

t.test('for an ordinary mail with files what is said is close to what comes', async t => {
  const text = { head: HEADS[0] ?? '', body: Buffer.alloc(4000, 'Sehr geehrte Frau Beispiel, ') }
  const html = { head: HEADS[2] ?? '', body: Buffer.alloc(40_000, '<p>Guten Tag</p>\r\n') }
  const line = `${'A'.repeat(76)}${CRLF}`
  const file = {
    head: `Content-Type: application/pdf; name=a.pdf${CRLF}Content-Transfer-Encoding: base64`,
    body: Buffer.alloc(line.length * 52_000, line),
  }
  for (const files of [[file], [file, file, file]]) {
    const mail = mailOf([text, html, ...files])
    const bytes = await letterBytes(mail, undefined)
    const said = most(mail)
    t.ok(said >= bytes && said <= bytes * 1.15 + 1_000_000, `${bytes}, said ${said}`)
  }
  t.ok(
    mostLetterBytes(HTML_LETTER.growth, { messageBytes: 12_316_059, viewBytes: 140_000 }) <
      17_000_000,
    'a mail of 12.3 MB leaves where 20M are taken',
  )
})
