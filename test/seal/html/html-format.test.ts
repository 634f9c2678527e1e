import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { packageRoot } from '../../../src/config/root.js'
import { parseMail } from '../../../src/message/parse-mail.js'
import { HTML_LETTER, sealAsHtml } from '../../../src/seal/html/html-format.js'
import { mostLetterBytes, sizeFacts } from '../../../src/seal/letter-size.js'
import { openLetter } from '../../../src/seal/open-letter.js'
import {
  bodyOf,
  CLINIC_MAIL,
  clinicMail,
  fileIn,
  INNER_MAIL,
  sampleOrder,
} from '../../support/seal-samples.js'

const { signal } = new AbortController()
const READER = join(packageRoot(), 'test/support/letter-reader.py')

t.test('the whole message is inside, byte for byte, and opens with the password', async t => {
  const letter = await sealAsHtml(sampleOrder(clinicMail()), signal)
  const file = await fileIn(letter)
  const { header, view, data } = await openLetter(file, 'kz7mqp4l9tvahr2d', signal)
  t.equal(data.toString(), INNER_MAIL)
  t.match(header, { kind: 'letter', iterations: 600_000, reference: '7k2m9q4v1p3t8s6r0abc' })
  t.match(view, {
    subject: 'Ihr Befund vom 24. November',
    from: 'Praxis Dr. Anna Beispiel <anna@in.example>',
    to: '"Eva M" <eva@good.example>',
    sender: 'anna@in.example',
    date: Date.UTC(2026, 10, 30, 8, 15),
    text: 'Sehr geehrte Frau Müller\n\nDer Befund liegt bei.',
    html: '<p>Der <b>Befund</b> liegt bei. <img src="cid:logo@in" alt="Logo" /></p>',
    cut: false,
  })
  t.same(
    view.files.map(({ name, type, cid }) => [name, type, cid]),
    [
      ['logo.png', 'image/png', 'logo@in'],
      ['Befund Müller.pdf', 'application/pdf', null],
      ['message-3.eml', 'message/rfc822', null],
    ],
  )
  const contents = view.files.map(({ start, end }) => data.toString('latin1', start, end))
  t.equal(contents[1], 'JVBERi0xLjQKaGVsbG8K')
  t.equal(contents[2], 'Subject: inner\r\nContent-Type: text/plain\r\n\r\ninner text')
  t.same(view.mail, {
    name: 'Ihr Befund vom 24. November.eml',
    type: 'message/rfc822',
    encoding: 'identity',
    start: 0,
    end: data.length,
    cid: null,
  })
  await t.rejects(openLetter(file, 'KZ7M-QP4L-9TVA-HR2E', signal), { code: 'ERR_SEAL_REFUSED' })
})

t.test('another program opens it: hashlib and openssl', async t => {
  const path = join(t.testdir(), 'letter.html')
  writeFileSync(path, await fileIn(await sealAsHtml(sampleOrder(clinicMail()), signal)))
  const read = (password: string): Record<string, unknown> => {
    const { stdout, stderr } = spawnSync('python3', [READER, path, password], { encoding: 'utf8' })
    t.equal(stderr, '')
    return JSON.parse(stdout) as Record<string, unknown>
  }
  const { data, view } = read('KZ7M QP41 9tva hr2d')
  t.equal(data, createHash('sha256').update(INNER_MAIL).digest('hex'))
  t.match(view, { subject: 'Ihr Befund vom 24. November', sender: 'anna@in.example' })
  t.same(read('KZ7M-QP4L-9TVA-HR2E'), { refused: true })
})

t.test('the outer mail says only what it must', async t => {
  const letter = await sealAsHtml(sampleOrder(clinicMail()), signal)
  const body = await bodyOf(letter)
  t.equal(body.length, letter.bodyBytes)
  t.same(
    letter.fields.map(({ name }) => name),
    ['Subject', 'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'],
  )
  t.equal(letter.fields[0]?.value, 'Vertrauliche Nachricht')
  const text = body.toString('latin1')
  t.notMatch(text, /Befund|Eva M|M=FCller|secret@|pc17|https?:\/\//)
  t.match(text, /filename="brief-7k2m9q4v1p3t8s6r0abc\.html"/)
})

t.test('the letter travels as 7bit', async t => {
  const text = (await bodyOf(await sealAsHtml(sampleOrder(clinicMail()), signal))).toString(
    'latin1',
  )
  t.notMatch(text, /[^\r\n\x20-\x7e]/)
  t.notMatch(text, /\r(?!\n)|(?<!\r)\n/)
  t.equal(Math.max(...text.split('\r\n').map(({ length }) => length)), 960)
  t.notMatch(text, /^From /m)
  t.notMatch(text, /[ \t]\r\n/)
})

t.test('a retry gives the same letter, another secret or message another one', async t => {
  const whole = async (changes = {}, mail = clinicMail()): Promise<string> =>
    (await bodyOf(await sealAsHtml(sampleOrder(mail, changes), signal))).toString('latin1')
  const first = await whole()
  t.equal(await whole(), first)
  const ivs = new Set(
    [
      first,
      await whole({ seed: Buffer.alloc(32, 8) }),
      await whole({ reference: '0000000000000000000a' }),
      await whole(
        {},
        parseMail(Buffer.from(CLINIC_MAIL.replace('liegt', 'fehlt')), clinicMail().envelope),
      ),
    ].map(text => /"iv":"([^"]+)"/.exec(text)?.[1]),
  )
  t.equal(ivs.size, 4)
})

t.test('a letter is never larger than is said before', async t => {
  const logo = `data:image/png;base64,${'A'.repeat(139_000)}`
  const sizes = [0, 48_960 * 3, 400_000]
  for (const size of sizes) {
    for (const filling of ['\u0001', '<b>x</b>']) {
      const text = filling.repeat(Math.ceil(size / filling.length)).slice(0, size)
      const type = filling.startsWith('<') ? 'text/html' : 'text/plain'
      const message = Buffer.from(
        `Subject: x\r\nContent-Type: ${type}; charset=utf-8\r\n\r\n${text}`,
      )
      const mail = parseMail(message, clinicMail().envelope)
      const order = sampleOrder(mail)
      const letter = await sealAsHtml({ ...order, style: { ...order.style, logo } }, signal)
      t.equal((await bodyOf(letter)).length, letter.bodyBytes, `${message.length} bytes`)
      t.ok(
        letter.bodyBytes <= mostLetterBytes(HTML_LETTER.growth, sizeFacts(mail)),
        `${letter.bodyBytes}`,
      )
    }
  }
})

t.test('an order that was given up ends', async t => {
  await t.rejects(sealAsHtml(sampleOrder(clinicMail()), AbortSignal.abort()), {
    name: 'AbortError',
  })
  const late = new AbortController()
  const letter = await sealAsHtml(sampleOrder(clinicMail()), late.signal)
  late.abort()
  await t.rejects(bodyOf(letter), { name: 'AbortError' })
  await t.rejects(sealAsHtml(sampleOrder(clinicMail(), { password: undefined }), signal), {
    code: 'ERR_BUG',
  })
})
