import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { selfSigned } from '../sandbox/certificates.js'
import { runCommand } from '../sandbox/run-command.js'
import { plainPdf, plainZip, wordDocument } from './large-files.js'
import { header, MIB } from './messages.js'
import { noise } from './noise.js'

const BOUNDARY = '=_bench'

/** Shares of the message that the attachments have; the letter itself is small. */
const SHARES = { pdf: 0.31, zip: 0.19, docx: 0.16, jpeg: 0.22, smime: 0.12 }

/** Base64 in lines of 76 characters: 78 bytes travel for 57. */
const TRAVEL = 78 / 57

/**
 * Writes the message that people find too large for mail: a letter with a PDF file, a ZIP archive, a
 * Word document, a photograph and an S/MIME message, none of which is protected but the last.
 *
 * Shape   `bytes` as it travels; the result has about so many, the same ones for the same size but
 *         for the S/MIME message, whose keys are new.
 * Gives   the name of its file in `directory`.
 */
export async function largeMail(directory: string, bytes: number): Promise<string> {
  const of = (share: number): number => Math.floor((bytes * share) / TRAVEL)
  const jpegFront = Buffer.from('ffd8ffe000104a46494600010100', 'hex')
  const attachments: readonly (readonly [string, string, Buffer])[] = [
    ['application/pdf', 'report.pdf', plainPdf(of(SHARES.pdf))],
    ['application/zip', 'measurements.zip', plainZip(of(SHARES.zip))],
    [WORD, 'minutes.docx', wordDocument(of(SHARES.docx))],
    ['image/jpeg', 'photo.jpg', Buffer.concat([jpegFront, noise(of(SHARES.jpeg))])],
    ['application/pkcs7-mime', 'smime.p7m', await enveloped(directory, of(SHARES.smime))],
  ]
  const letter = `--${BOUNDARY}\r\nContent-Type: text/plain\r\n\r\nEverything is attached.\r\n`
  const parts = attachments.map(([type, name, content]) => {
    const head = [
      `--${BOUNDARY}`,
      `Content-Type: ${type}; name="${name}"`,
      `Content-Disposition: attachment; filename="${name}"`,
      'Content-Transfer-Encoding: base64',
    ]
    const lines = content.toString('base64').replace(/.{76}/g, '$&\r\n')
    return `${head.join('\r\n')}\r\n\r\n${lines}\r\n`
  })
  const file = join(directory, `large-${bytes}.eml`)
  const type = `multipart/mixed; boundary="${BOUNDARY}"`
  await writeFile(file, [header(type), letter, ...parts, `--${BOUNDARY}--\r\n`].join(''))
  return file
}

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** A letter of so many bytes, encrypted to a certificate by openssl. */
async function enveloped(directory: string, bytes: number): Promise<Buffer> {
  const { cert } = await selfSigned(directory, 'bench.example')
  const [letter, certificate, message] = ['letter.txt', 'bench.pem', 'letter.p7m'].map(name =>
    join(directory, name),
  ) as [string, string, string]
  const text = 'Content-Type: text/plain\r\n\r\n' + 'Nobody else reads this line.\r\n'.repeat(MIB)
  await writeFile(letter, text.slice(0, bytes))
  await writeFile(certificate, cert)
  const args = ['cms', '-encrypt', '-binary', '-aes256', '-outform', 'DER', '-in', letter]
  const { code, stderr } = await runCommand('openssl', [...args, '-out', message, certificate], {
    timeoutMs: 30_000,
  })
  if (code !== 0) throw new Error(`openssl encrypted nothing: ${stderr.trim()}`)
  return readFile(message)
}
