import { createCipheriv } from 'node:crypto'
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
  const hex = Buffer.from('Befund', 'utf16le').swap16().toString('hex')
  t.notMatch(readFileSync(file, 'latin1').toLowerCase(), hex, 'nor the name of a file')
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

t.test('what is attached comes out as it was, whatever its encoding', async t => {
  const folder = t.testdir()
  const file = join(folder, 'letter.pdf')
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
    Buffer.alloc(3_000_000),
  )
  const part = (name: string, encoding: string, text: string): string =>
    `--b\r\nContent-Type: application/octet-stream; name="${name}"\r\n` +
    `Content-Transfer-Encoding: ${encoding}\r\n` +
    `Content-Disposition: attachment; filename="${name}"\r\n\r\n${text}\r\n`
  const mail = mailFromText(
    'Subject: files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n' +
      '--b\r\n\r\nhello\r\n' +
      part('noise.bin', 'base64', noise.toString('base64').replace(/.{76}/g, '$&\r\n')) +
      part('quoted.txt', 'quoted-printable', 'a=C3=A4=\r\n b=20') +
      part('plain.txt', '7bit', 'as it is') +
      '--b--\r\n',
  )
  const letter = await sealAsPdf(sampleOrder(mail), signal)
  const body = await bodyOf(letter)
  t.equal(body.length, letter.bodyBytes)
  writeFileSync(file, await fileIn(letter, body))
  t.match(run('qpdf', '--check', `--password=${PASSWORD}`, file), { status: 0 })
  run('pdfdetach', '-upw', PASSWORD, '-saveall', '-o', folder, file)
  t.ok(readFileSync(join(folder, 'noise.bin')).equals(noise))
  t.equal(readFileSync(join(folder, 'quoted.txt'), 'utf8'), 'aä b ')
  t.equal(readFileSync(join(folder, 'plain.txt'), 'utf8'), 'as it is')
})
