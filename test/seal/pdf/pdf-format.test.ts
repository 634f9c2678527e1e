import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { mailFromText } from 'postseal/testkit'
import { PDF_LETTER, sealAsPdf } from '../../../src/seal/pdf/pdf-format.js'
import {
  bodyOf,
  clinicMail,
  fileIn,
  INNER_MAIL,
  PASSWORD,
  sampleOrder,
} from '../../support/seal-samples.js'

const { signal } = new AbortController()
const run = (
  command: string,
  ...args: readonly string[]
): { status: number | null; text: string } => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return { status, text: stdout + stderr }
}

t.test('qpdf and poppler open it with the password alone', async t => {
  const folder = t.testdir()
  const file = join(folder, 'letter.pdf')
  const letter = await sealAsPdf(sampleOrder(clinicMail()), signal)
  const body = await bodyOf(letter)
  t.equal(body.length, letter.bodyBytes)
  t.notMatch(body.toString('latin1'), /Befund|M=FCller|https?:/)
  writeFileSync(file, await fileIn(letter, body))
  t.notMatch(readFileSync(file, 'latin1'), /Befund|M\S+ller|Leukozyten/)
  t.match(
    run('qpdf', '--show-encryption', `--password=${PASSWORD}`, file).text,
    /R = 6[^]*stream encryption method: AESv3/,
  )
  t.equal(run('qpdf', '--requires-password', file).status, 0, 'a password is needed')
  t.not(run('pdftotext', '-upw', 'wrong', file, '-').status, 0)
  t.match(run('qpdf', '--check', `--password=${PASSWORD}`, file), { status: 0 })
  const { text } = run('pdftotext', '-upw', PASSWORD, file, '-')
  t.match(
    text,
    /Praxis am See[^]*Ihr Befund vom 24\. November[^]*Von: Praxis Dr\. Anna Beispiel <anna@in\.example>/,
  )
  t.match(text, /Sehr geehrte Frau Müller[^]*Der Befund liegt bei\.[^]*Befund Müller\.pdf/)
  run('pdfdetach', '-upw', PASSWORD, '-saveall', '-o', folder, file)
  t.equal(readFileSync(join(folder, 'Befund Müller.pdf'), 'latin1'), '%PDF-1.4\nhello\n')
  t.equal(readFileSync(join(folder, 'Ihr Befund vom 24. November.eml'), 'latin1'), INNER_MAIL)
  t.ok(
    body.length <=
      Buffer.byteLength(INNER_MAIL) * PDF_LETTER.growth.factor + PDF_LETTER.growth.plus,
  )
})

t.test('what the fonts do not have is attached as a text', async t => {
  const folder = t.testdir()
  const file = join(folder, 'letter.pdf')
  const mail = mailFromText(
    'Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nПривет 你好\r\n'.concat(
      'lang '.repeat(400),
    ),
  )
  writeFileSync(file, await fileIn(await sealAsPdf(sampleOrder(mail), signal)))
  t.match(
    run('pdftotext', '-upw', PASSWORD, file, '-').text,
    /\?{6} \?\?[^]*Der Text ist hier nicht vollständig/,
  )
  run('pdfdetach', '-upw', PASSWORD, '-saveall', '-o', folder, file)
  t.match(readFileSync(join(folder, 'message.txt'), 'utf8'), /^Привет 你好\n/)
})

t.test('a long text goes on over pages, and words without end are broken', async t => {
  const file = join(t.testdir(), 'letter.pdf')
  const mail = mailFromText(`Subject: ${'x'.repeat(300)}\r\n\r\n${'line\r\n'.repeat(200)}`)
  writeFileSync(file, await fileIn(await sealAsPdf(sampleOrder(mail), signal)))
  t.match(run('pdfinfo', '-upw', PASSWORD, file).text, /Pages: +5/)
})

t.test('without a password nothing is sealed', async t => {
  await t.rejects(sealAsPdf(sampleOrder(clinicMail(), { password: undefined }), signal), {
    code: 'ERR_BUG',
  })
  await t.rejects(sealAsPdf(sampleOrder(clinicMail()), AbortSignal.abort()), { name: 'AbortError' })
})
