import t from 'tap'
import { mailPassages } from '../../src/classification/mail-passages.js'
import type { Passage } from '../../src/classification/judge.js'
import { mailOf } from '../support/plugins-run.js'

async function passages(text: string, maxBytesPerPart = 1000): Promise<readonly Passage[]> {
  const all: Passage[] = []
  for await (const passage of mailPassages(await mailOf(text), maxBytesPerPart)) all.push(passage)
  return all
}

await t.test('a message says its subject, then its text', async t => {
  t.same(await passages('Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\nHello\n'), [
    { path: '1', place: 'subject', text: 'Grüße' },
    { path: '1', place: 'text', text: 'Hello\r\n', isHtml: false, isMail: true, isCut: false },
  ])
  t.end()
})

await t.test('names of files come before texts; a named text is a file, not mail', async t => {
  const parts =
    '--x\nContent-Type: text/html\n\n<p>a\n--x\nContent-Type: text/plain; name=b.txt\n\nb\n' +
    '--x\nContent-Type: application/vnd.ms-excel; name=c.csv\n\nName;Number\nAnna Muster;1234\nBeat Muster;5678\n--x--\n'
  const all = await passages(`Content-Type: multipart/mixed; boundary=x\n\n${parts}`)
  t.same(
    all.map(({ path, place, isHtml, isMail }) => [path, place, isHtml === true, isMail === true]),
    [
      ['1.2', 'file name', false, false],
      ['1.3', 'file name', false, false],
      ['1.1', 'text', true, true],
      ['1.2', 'text', false, false],
      ['1.3', 'file', false, false],
    ],
  )
  t.end()
})

await t.test('a text that is longer than the limit says that it is cut', async t => {
  t.match(await passages('\n123456789\n', 5), [{ text: '12345', isCut: true }])
  t.end()
})
