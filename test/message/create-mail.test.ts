import t from 'tap'
import { createMail } from '../../src/message/create-mail.js'
import type { Part, TextPart } from '../../src/message/mail.js'
import { createMailParser } from '../../src/message/mail-parser.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { bufferSource } from '../../src/message/source.js'
import { damageOf } from '../support/message-outline.js'
import { crlf, RICH_MESSAGE } from '../support/message-samples.js'

await t.test('parts and leaves come in document order', t => {
  const mail = parseMail(RICH_MESSAGE)
  t.same(
    [...mail.parts()].map(({ path }) => path),
    ['1', '1.1', '1.1.1', '1.1.2', '1.2', '1.2.1', '1.2.1.1', '1.2.1.1.1', '1.3'],
  )
  t.same(
    [...mail.leaves()].map(({ path }) => path),
    ['1.1.1', '1.1.2', '1.2.1.1.1', '1.3'],
  )
  t.end()
})

await t.test('texts come decoded, attachments piece by piece', async t => {
  const mail = parseMail(RICH_MESSAGE)
  t.same(await texts(mail.textParts()), [
    '1.1.1 plain Grüße und mehr',
    '1.1.2 html <p>Hi -- there</p>',
    '1.2.1.1.1 plain one',
  ])
  const pdf = partAt([...mail.parts()], '1.3')
  t.equal(pdf.fileName, 'ä.pdf')
  t.equal((await mail.head(pdf, 8)).toString(), '%PDF-1.4')
  t.equal((await mail.head(pdf, 100)).length, 23)
  t.same(mail.damage, [])
})

await t.test('a container is read as it stands', async t => {
  const mail = parseMail(RICH_MESSAGE)
  const inner = partAt([...mail.parts()], '1.2.1')
  t.equal((await mail.head(inner, 3)).toString(), '--d')
})

const LINES: readonly [name: string, lines: string[], want: string[], damage: string[]][] = [
  ['an absent type is text', ['', 'x'], ['1 plain x'], []],
  ['an unusable type is text', ['Content-Type: ?', '', 'x'], ['1 plain x'], ['1 bad-content-type']],
  ['another text type', ['Content-Type: text/csv', '', 'x'], ['1 other x'], []],
  ['a report', ['Content-Type: message/delivery-status', '', 'x'], ['1 other x'], []],
  [
    'a multipart without parts',
    ['Content-Type: multipart/mixed; boundary=b', '', 'x'],
    ['1 other x'],
    ['1 multipart-without-parts'],
  ],
  ['what is no text', ['Content-Type: image/png', '', 'x'], [], []],
  [
    'an unknown character set',
    ['Content-Type: text/plain; charset=x-no', '', 'x'],
    ['1 plain x'],
    ['1 unknown-charset'],
  ],
  [
    'a wrong character set',
    ['Content-Type: text/plain; charset=utf-8', '', '\xfc'],
    ['1 plain \ufffd'],
    ['1 bad-charset'],
  ],
  [
    'no character set for 8-bit text',
    ['Content-Type: text/plain', '', '\xfc'],
    ['1 plain ü'],
    ['1 undeclared-8bit'],
  ],
  [
    'broken base64',
    ['Content-Transfer-Encoding: base64', '', 'e*A=='],
    ['1 plain x'],
    ['1 bad-base64'],
  ],
  [
    'broken quoted-printable',
    ['Content-Transfer-Encoding: quoted-printable', '', '=x'],
    ['1 plain =x'],
    ['1 bad-quoted-printable'],
  ],
  [
    'broken uuencode',
    ['Content-Transfer-Encoding: x-uuencode', '', 'x'],
    ['1 plain '],
    ['1 bad-uuencode'],
  ],
]

await t.test('what reading brings to light is damage', async t => {
  for (const [name, lines, want, damage] of LINES) {
    const mail = parseMail(crlf(...lines))
    t.same(await texts(mail.textParts()), want, name)
    await texts(mail.textParts())
    t.same(damageOf(mail), damage, name)
  }
})

await t.test('a text is cut at the limit, between characters', async t => {
  const mail = parseMail(Buffer.from('Content-Type: text/plain; charset=utf-8\n\naüb'))
  const found: TextPart[] = []
  for await (const text of mail.textParts({ maxBytesPerPart: 2 })) found.push(text)
  t.match(found, [{ text: 'a', cut: true, kind: 'plain', path: '1' }])
  t.same(mail.damage, [])
})

await t.test('a short text is decoded once, and cut for who asks for less', async t => {
  const mail = parseMail(Buffer.from('Content-Type: text/plain; charset=utf-8\n\naüb'))
  const read = async (limit?: number): Promise<readonly TextPart[]> => {
    const found: TextPart[] = []
    const options = limit === undefined ? {} : { maxBytesPerPart: limit }
    for await (const text of mail.textParts(options)) found.push(text)
    return found
  }
  const [whole] = await read()
  t.equal((await read())[0], whole)
  t.equal((await read(1024 * 1024))[0], whole)
  t.match(await read(2), [{ text: 'a', cut: true }])
  t.equal((await read())[0], whole)
})

await t.test('only so much text is kept', async t => {
  const part = '--b\nContent-Type: text/plain\n\n' + 'x'.repeat(100 * 1024) + '\n'
  const mail = parseMail(
    Buffer.from(`Content-Type: multipart/mixed; boundary=b\n\n${part}${part}--b--\n`),
  )
  const read = async (): Promise<readonly TextPart[]> => {
    const found: TextPart[] = []
    for await (const text of mail.textParts()) found.push(text)
    return found
  }
  const [before, after] = [await read(), await read()]
  t.equal(after[0], before[0])
  t.not(after[1], before[1])
  t.same(after[1], before[1])
})

await t.test('structure and source must be of one message', t => {
  const parser = createMailParser()
  parser.write(Buffer.from('A: b\n\n'))
  const envelope = { sender: 'a@example.org', recipients: ['b@example.net'] }
  const structure = parser.end()
  t.throws(() => createMail(structure, bufferSource(Buffer.alloc(5)), envelope), {
    code: 'ERR_MESSAGE_SOURCE',
  })
  const mail = createMail(structure, bufferSource(Buffer.alloc(6)), envelope)
  t.same(mail.envelope, envelope)
  t.ok(Object.isFrozen(mail.envelope) && Object.isFrozen(mail.envelope.recipients))
  t.ok(Object.isFrozen(mail))
  t.end()
})

async function texts(parts: AsyncIterable<TextPart>): Promise<string[]> {
  const found: string[] = []
  for await (const { path, kind, text } of parts)
    found.push(`${path} ${kind} ${text.replace(/\r\n/g, ' ')}`)
  return found
}

function partAt(parts: readonly Part[], path: string): Part {
  const part = parts.find(candidate => candidate.path === path)
  if (part === undefined) throw new Error(`no part ${path}`)
  return part
}
