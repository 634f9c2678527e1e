import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { packageRoot } from '../../src/config/root.js'
import {
  answerIn,
  containerDigest,
  openLetter,
  readLetterFile,
  readLetterHeader,
  saysLetter,
} from '../../src/seal/open-letter.js'
import { CLINIC_MAIL, PASSWORD } from '../support/seal-samples.js'

const { signal } = new AbortController()
const fixture = (name: string): Buffer =>
  readFileSync(join(packageRoot(), 'test/fixtures/seal', name))

t.test('a letter of version 1 that was kept keeps opening', async t => {
  const file = fixture('letter-v1.html')
  t.equal(saysLetter(file), true)
  t.match(await readLetterHeader(file, signal), {
    kind: 'letter',
    reference: '7k2m9q4v1p3t8s6r0abc',
  })
  const { view, data } = await openLetter(file, PASSWORD, signal)
  t.equal(view.subject, 'Ihr Befund vom 24. November')
  t.ok(data.toString().endsWith(CLINIC_MAIL.slice(CLINIC_MAIL.indexOf('MIME-Version'))))
  t.throws(() => answerIn({ header: { kind: 'letter' } as never, view, data }), {
    code: 'ERR_SEAL_MALFORMED',
  })
})

t.test('an answer that a browser sealed is opened', async t => {
  const opened = await openLetter(fixture('answer-v1.html'), PASSWORD, signal)
  const answer = answerIn(opened)
  t.equal(answer.reference, '7k2m9q4v1p3t8s6r0abc')
  t.equal(answer.subject, 'Re: Ihr Befund vom 24. November')
  t.equal(answer.text, 'Danke für den Befund.\n\nEva M')
  t.same(
    answer.files.map(({ name, type, content }) => [name, type, content.toString()]),
    [['Überweisung.txt', 'text/plain', 'hallo']],
  )
})

t.test('what an answer claims about its files is not believed', async t => {
  const opened = await openLetter(fixture('answer-v1.html'), PASSWORD, signal)
  const [file] = opened.view.files
  if (file === undefined) throw new Error('the answer has no file')
  const withFiles = (changes: readonly object[]): ReturnType<typeof answerIn> =>
    answerIn({
      ...opened,
      view: {
        ...opened.view,
        subject: 'a\r\nBcc: x',
        files: changes.map(change => ({ ...file, ...change })),
      },
    })
  const answer = withFiles([
    { name: '../../a.txt', type: 'text/html; x="\r\nBcc: y"' },
    { name: 'A.TXT', end: file.start },
  ])
  t.equal(answer.subject, 'a Bcc: x')
  t.same(
    answer.files.map(({ name, type }) => [name, type]),
    [
      ['a.txt', 'application/octet-stream'],
      ['A (2).TXT', 'text/plain'],
    ],
  )
  t.throws(() => withFiles([{}, {}]), { code: 'ERR_SEAL_MALFORMED' }, 'the same bytes twice')
  t.throws(() => withFiles([{ encoding: 'base64' }]), { code: 'ERR_SEAL_MALFORMED' })
})

t.test('an answer is known by its ciphertext, whatever page stands around it', async t => {
  const file = fixture('answer-v1.html')
  const digest = async (bytes: Buffer): Promise<string> =>
    containerDigest(await readLetterFile(bytes, signal))
  const one = await digest(file)
  t.match(one, /^[0-9a-f]{64}$/)
  const repaged = file.toString('latin1').replace('<title>', '<title>x').replaceAll('\n', '\r\n')
  t.equal(await digest(Buffer.from(repaged, 'latin1')), one)
  const other = file.toString('latin1').replace('"iter":600000', '"iter":600001')
  t.not(await digest(Buffer.from(other, 'latin1')), one)
})
