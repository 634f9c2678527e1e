import fc from 'fast-check'
import t from 'tap'
import { decodeHeaderText } from '../../src/message/encoded-word.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { Mail, Part } from '../../src/message/mail.js'
import { answerMail, type AnswerNote } from '../../src/seal/answer-mail.js'
import { cleanFileName, differentNames } from '../../src/seal/file-name.js'
import { answerIn } from '../../src/seal/open-letter.js'
import { LANGUAGES, type OpenedAnswer } from '../../src/seal/letter.js'

const NOW = Date.UTC(2026, 10, 30, 9)
const ENDS = { from: 'bob@bad.example', to: 'anna@in.example' }
const ANSWER: OpenedAnswer = {
  reference: 'ref',
  subject: 'Re: Befund',
  text: 'Danke.\n\nBob',
  writtenAt: Date.UTC(2026, 10, 29),
  files: [{ name: 'Überweisung.txt', type: 'text/plain', content: Buffer.from('hallo\n.\n') }],
}
const ARRIVED = Buffer.from('From: bob@bad.example\r\nSubject: x\r\n\r\nJust as it came.  \r\n\r\n')
const NOTE: AnswerNote = {
  language: 'en',
  repeatedAfter: undefined,
  otherSender: undefined,
  messageId: 'answer.1@in.example',
  original: '1@in.example',
  arrived: ARRIVED,
  now: NOW,
}

const mailOf = async (answer: Partial<OpenedAnswer>, note?: AnswerNote): Promise<Mail> =>
  parseMail(await answerMail({ ...ANSWER, ...answer }, ENDS, note))

const field = (mail: Mail, name: string): string =>
  decodeHeaderText(
    mail.root.fields.find(one => one.name.toLowerCase() === name.toLowerCase())?.value ?? '',
  )

async function decoded(mail: Mail, part: Part | undefined): Promise<string> {
  if (part === undefined) return ''
  const pieces: Buffer[] = []
  for await (const piece of mail.decoded(part)) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces).toString()
}

/** All that a mail may have in its header. */
const FIELDS = [
  'from',
  'to',
  'subject',
  'message-id',
  'in-reply-to',
  'references',
  'date',
  'content-type',
  'mime-version',
  'x-postseal-answer-to',
]

t.test('text, files and the mail as it came are three parts', async t => {
  const mail = await mailOf({}, NOTE)
  t.same(mail.damage, [])
  t.same(mail.root.fields.map(({ name }) => name.toLowerCase()).sort(), [...FIELDS].sort())
  t.equal(field(mail, 'Subject'), 'Re: Befund')
  t.equal(field(mail, 'Date'), 'Sun, 29 Nov 2026 00:00:00 +0000')
  t.same(
    mail.root.children.map(({ type, disposition, fileName }) => [type, disposition, fileName]),
    [
      ['text/plain', undefined, undefined],
      ['text/plain', 'attachment', 'Überweisung.txt'],
      ['message/rfc822', 'attachment', 'original.eml'],
    ],
  )
  const [text, file, original] = mail.root.children
  t.equal(await decoded(mail, file), 'hallo\n.\n')
  const { start, end } = original?.body ?? { start: 0, end: 0 }
  t.ok(mail.source.peek(start, end)?.equals(ARRIVED), 'not a byte is changed')
  t.match(await decoded(mail, text), /\r\n\r\nANSWER -+\r\n\r\nDanke\.\r\n\r\nBob\r\n$/)
})

t.test('in each language it says what it proves, before anything of the answer', async t => {
  for (const language of LANGUAGES) {
    const note = { ...NOTE, language, repeatedAfter: NOW, otherSender: '<eve@evil.example>' }
    const mail = await mailOf({ subject: '', text: ' ' }, note)
    const text = await decoded(mail, mail.root.children[0])
    t.match(text, /2026-11-30T09:00Z[^]*ref[^]*bob@bad\.example[^]*<eve@evil\.example>/, language)
    t.notMatch(text, /[{}]/, language)
    t.not(field(mail, 'Subject'), '')
  }
})

t.test('a subject stays one line, and is no other field', async t => {
  for (const [subject, want] of [
    ['a\r\nBcc: x@evil.example', 'Re: a Bcc: x@evil.example'],
    ['Re: AW: Fwd: a', 'Re: a'],
    ['a\u2028Bcc: x\u0000\u0085b', 'Re: a Bcc: x b'],
    ['=?utf-8?q?a=0D=0ABcc:_x?=', undefined],
    ['\u202Eexe.fdp', 'Re: exe.fdp'],
    ['x'.repeat(2000), `Re: ${'x'.repeat(400)}`],
    ['\ud800', undefined],
    ['', 'Answer to your sealed letter'],
  ] as const) {
    const mail = await mailOf({ subject }, NOTE)
    t.same(mail.root.fields.map(({ name }) => name.toLowerCase()).sort(), [...FIELDS].sort())
    if (want !== undefined) t.equal(field(mail, 'Subject'), want)
  }
})

t.test('a claimed type changes nothing of what a file is', async t => {
  for (const [type, want] of [
    ['multipart/mixed', 'application/octet-stream'],
    ['message/rfc822', 'application/octet-stream'],
    ['text/html', 'text/html'],
    ['image/svg+xml', 'image/svg+xml'],
  ] as const) {
    const content = Buffer.from('Content-Type: text/html\r\n\r\n<script>alert(1)</script>')
    const mail = await mailOf({ files: [{ name: 'a', type, content }] }, NOTE)
    const [, file] = mail.root.children
    t.match(file, { type: want, disposition: 'attachment', encoding: 'base64', children: [] })
    t.equal(await decoded(mail, file), content.toString())
  }
})

t.test('a time that cannot be is not told', async t => {
  for (const writtenAt of [null, 0, -1, NaN, Infinity, 1e300, NOW + 2 * 86_400_000])
    t.equal(
      field(await mailOf({ writtenAt }, NOTE), 'Date'),
      'Mon, 30 Nov 2026 09:00:00 +0000',
      String(writtenAt),
    )
})

t.test('what hides or turns text is taken out of it, and line ends are kept', async t => {
  const text = 'a\u202Eb\u0007c\u001b[2Jd\tе\n\u2066f\r'
  const mail = await mailOf({ text }, NOTE)
  const shown = await decoded(mail, mail.root.children[0])
  t.match(shown, /\r\n\r\nabc\[2Jd\tе\r\nf\r\n$/)
})

t.test('a mail that came in eight bits, and with bare line ends, stays what it was', async t => {
  for (const body of ['ü\r\n', 'a\nb\r\n', 'no end', '--b\r\n\r\n', '.\r\n..\r\n']) {
    const arrived = Buffer.from(`Subject: x\r\n\r\n${body}`)
    const mail = await mailOf({ files: [] }, { ...NOTE, arrived })
    const { body: range, type } = mail.root.children.at(-1) ?? mail.root
    t.equal(type, 'message/rfc822')
    const bytes = mail.source.peek(range.start, range.end)?.toString()
    t.equal(
      bytes?.replaceAll('\r\n', '\n').trimEnd(),
      arrived.toString().replaceAll('\r\n', '\n').trimEnd(),
    )
  }
})

t.test('whatever an answer holds, the mail has the same fields and as many parts', async t => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\r\n', '\r\n\r\n--b', '\n.', '='),
  )
  const text = fc.array(line, { maxLength: 8 }).map(pieces => pieces.join(''))
  await fc.assert(
    fc.asyncProperty(
      text,
      text,
      fc.array(text, { maxLength: 3 }),
      text,
      async (subject, body, names, type) => {
        const content = Buffer.from(body)
        const view = {
          v: 1 as const,
          subject,
          from: '',
          to: '',
          sender: '',
          date: null,
          text: body,
          cut: false,
          html: body,
          files: names.map(name => ({
            name,
            type,
            encoding: 'identity' as const,
            start: 0,
            end: 0,
            cid: null,
          })),
          mail: null,
        }
        const answer = answerIn({
          header: { kind: 'answer', reference: 'ref' } as never,
          view,
          data: content,
        })
        const mail = parseMail(await answerMail(answer, ENDS, NOTE))
        const same = mail.root.fields
          .map(({ name }) => name.toLowerCase())
          .sort()
          .join()
        if (same !== [...FIELDS].sort().join()) return false
        const given = mail.root.children.slice(1, -1).map(({ fileName }) => fileName)
        const wanted = differentNames(names.map(name => cleanFileName(name, 'file')))
        return JSON.stringify(given) === JSON.stringify(wanted)
      },
    ),
    { numRuns: 150 },
  )
  t.pass('for 150 answers')
})
