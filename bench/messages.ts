import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { noise } from './noise.js'

export const KIB = 1024
export const MIB = 1024 * KIB

const LINE = `${'abcdefghijklmnopqrstuvwxyz'.repeat(3).slice(0, 76)}\r\n`
const BOUNDARY = '=_bench'

/** A message of plain text whose body has `bytes`; gives its file in `directory`. */
export function plainMessage(directory: string, bytes: number): string {
  const file = join(directory, `plain-${bytes}.eml`)
  if (!existsSync(file)) writeFileSync(file, header('text/plain; charset=utf-8') + lines(bytes))
  return file
}

/** A short letter with an attachment in base64 of `bytes` as they travel. */
export function messageWithAttachment(
  directory: string,
  bytes: number,
  content: 'lines' | 'noise' = 'lines',
): string {
  const file = join(directory, `attachment-${content}-${bytes}.eml`)
  if (existsSync(file)) return file
  const letter = `--${BOUNDARY}\r\nContent-Type: text/plain\r\n\r\nThe scan is attached.\r\n`
  const attachment = [
    `--${BOUNDARY}`,
    'Content-Type: image/tiff; name="scan.tif"',
    'Content-Disposition: attachment; filename="scan.tif"',
    'Content-Transfer-Encoding: base64',
    '',
    '',
  ].join('\r\n')
  const type = `multipart/mixed; boundary="${BOUNDARY}"`
  writeFileSync(
    file,
    `${header(type)}${letter}${attachment}${content === 'noise' ? noiseLines(bytes) : lines(bytes)}--${BOUNDARY}--\r\n`,
  )
  return file
}

/** Ten fields, as a mail program writes them, and the empty line. */
export function header(contentType: string): string {
  return [
    'From: Anna Muster <sender@example.org>',
    'To: Recipient <recipient@example.com>',
    'Subject: a message of ordinary length',
    'Date: Mon, 23 Nov 2026 09:00:00 +0100',
    'Message-ID: <0123456789abcdef@client.example.org>',
    'MIME-Version: 1.0',
    `Content-Type: ${contentType}`,
    'Content-Language: en',
    'User-Agent: An ordinary mail program (with its version and its system)',
    'X-Priority: 3',
    '',
    '',
  ].join('\r\n')
}

/** As a scan or an archive is: no compression makes it smaller. */
function noiseLines(bytes: number): string {
  const coded = noise(Math.floor((bytes / 78) * 57)).toString('base64')
  return coded.replace(/.{76}/g, '$&\r\n')
}

function lines(bytes: number): string {
  return LINE.repeat(Math.ceil(bytes / LINE.length)).slice(0, bytes - 2) + '\r\n'
}
