import t from 'tap'
import { mailFromText } from 'postseal/testkit'
import type { LetterView } from '../../src/seal/container/payload.js'
import { innerMessage } from '../../src/seal/inner-message.js'
import { viewOf } from '../../src/seal/letter-view.js'

function view(message: string, sanitise = (html: string) => html): Promise<LetterView> {
  const mail = mailFromText(message)
  return viewOf({ mail, inner: innerMessage(mail), sender: 'anna@in.example', sanitise })
}

const HEAD = 'Subject: x\r\nMIME-Version: 1.0\r\n'

t.test('texts, HTML and files are told apart', async t => {
  const cases: [string, string, Partial<LetterView>, files: readonly string[]][] = [
    ['plain', 'Content-Type: text/plain\r\n\r\nhello', { text: 'hello', html: null }, []],
    ['HTML alone', 'Content-Type: text/html\r\n\r\n<p>x</p>', { text: null, html: '<p>x</p>' }, []],
    ['nothing', '\r\n', { text: '', html: null }, []],
    [
      'a file alone',
      'Content-Type: application/pdf; name=a.pdf\r\n\r\nx',
      { text: null },
      ['a.pdf'],
    ],
    [
      'a text that is attached',
      'Content-Disposition: attachment; filename=a.txt\r\n\r\nx',
      { text: null },
      ['a.txt'],
    ],
    [
      'two texts and two of HTML',
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b\r\nContent-Type: text/html\r\n\r\n<i>1</i>\r\n--b\r\nContent-Type: text/html\r\n\r\n<i>2</i>\r\n--b--',
      { text: 'one\n\ntwo', html: '<i>1</i>' },
      ['text-1.html'],
    ],
    [
      'names that are the same or lead elsewhere',
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: attachment; filename=../../a.txt\r\n\r\n1\r\n--b\r\nContent-Disposition: attachment; filename=A.txt\r\n\r\n2\r\n--b\r\nContent-Type: image/png\r\n\r\n3\r\n--b--',
      { text: null },
      ['a.txt', 'A (2).txt', 'image-3.png'],
    ],
  ]
  for (const [name, message, want, files] of cases) {
    const seen = await view(HEAD + message)
    t.match(seen, want, name)
    t.same(
      seen.files.map(({ name }) => name),
      files,
      name,
    )
  }
})

t.test('fields are shown as one line, without what is hidden in them', async t => {
  const seen = await view(
    'Subject: =?utf-8?q?a=0D=0ABcc:_x=00?=\r\nFrom: =?utf-8?b?w6Q=?= <a@x.example>\r\nDate: nonsense\r\n\r\nx',
  )
  t.match(seen, { subject: 'a Bcc: x', from: 'ä <a@x.example>', to: '', date: null })
  const long = await view(`Subject: ${'x'.repeat(5000)}\r\n\r\n`)
  t.equal(long.subject.length, 1000)
  t.equal(long.mail?.name, `${'x'.repeat(100)}.eml`)
})

t.test('what is too long is cut, and said to be', async t => {
  const text = await view(`${HEAD}\r\n${'\u0001'.repeat(200_000)}`)
  t.equal(text.cut, true)
  t.ok(Buffer.byteLength(JSON.stringify(text)) <= 231_100)
  const html = await view(`${HEAD}Content-Type: text/html\r\n\r\nx`, () => 'x'.repeat(200_000))
  t.match(html, { html: null, text: null, cut: true })
  const both = await view(
    `${HEAD}Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\nContent-Type: text/html\r\n\r\nx\r\n--b--`,
    () => 'x'.repeat(200_000),
  )
  t.match(both, { html: null, text: 'hello', cut: false }, 'the text stands for the HTML')
  const names = Array.from(
    { length: 2000 },
    (_, at) => `--b\r\nContent-Disposition: attachment; filename=${'x'.repeat(100)}${at}\r\n\r\nx`,
  )
  const many = await view(
    `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n${names.join('\r\n')}\r\n--b--`,
  )
  t.equal(many.files.length, 1000, 'the whole message has the rest')
})
