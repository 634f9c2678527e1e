import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { looksLikeMail, MAIL_SAMPLE_BYTES } from '../../src/message/looks-like-mail.js'
import { VERDICTS, type Verdict } from '../../src/policy/model.js'

export interface Sample {
  /** Path in the folder. */
  readonly name: string
  /** What the file is known to be; `unknown` when nobody can decide it. */
  readonly label: Verdict | undefined
  /** The mail that both are given: the file itself, or one that has it as an attachment. */
  readonly mail: string
  readonly isWrapped: boolean
}

/**
 * The samples of a folder: those of its manifest.csv (`file,kind,expected_verdict,…`), or all files in
 * it, which then have no label. What is no mail becomes the attachment of one, written to `directory`.
 *
 * Throws  an Error when there are none.
 */
export async function samplesOf(folder: string, directory: string): Promise<readonly Sample[]> {
  const listed = await filesOf(folder)
  if (listed.length === 0) throw new Error(`there are no files in ${folder}`)
  await mkdir(directory, { recursive: true })
  const samples: Sample[] = []
  for (const { name, label } of listed) {
    const bytes = await readFile(join(folder, name))
    const isWrapped = !looksLikeMail(bytes.subarray(0, MAIL_SAMPLE_BYTES))
    const mail = isWrapped ? join(directory, `${samples.length}.eml`) : join(folder, name)
    if (isWrapped) await writeFile(mail, attached(basename(name), bytes))
    samples.push({ name, label, mail, isWrapped })
  }
  return samples
}

async function filesOf(folder: string): Promise<readonly Pick<Sample, 'name' | 'label'>[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile())
  if (files.some(({ name, parentPath }) => name === 'manifest.csv' && parentPath === folder))
    return labelledIn(await readFile(join(folder, 'manifest.csv'), 'utf8'))
  return files
    .map(({ name, parentPath }) => join(parentPath, name).slice(join(folder, '/').length))
    .sort()
    .map(name => ({ name, label: undefined }))
}

/** The first and the third column; neither is ever quoted. */
export function labelledIn(manifest: string): readonly Pick<Sample, 'name' | 'label'>[] {
  const [, ...lines] = manifest.split(/\r?\n/).filter(line => line !== '')
  return lines.map(line => {
    const [name = '', , verdict] = line.split(',')
    return { name, label: VERDICTS.find(label => label === verdict) }
  })
}

/** Types by which mail programs send files of these kinds (IANA, shared-mime-info). */
const TYPES: Readonly<Record<string, string>> = {
  '.7z': 'application/x-7z-compressed',
  '.doc': 'application/msword',
  '.docm': 'application/vnd.ms-word.document.macroenabled.12',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.gpg': 'application/pgp-encrypted',
  '.msg': 'application/vnd.ms-outlook',
  '.odt': 'application/vnd.oasis.opendocument.text',
  '.p7c': 'application/pkcs7-mime',
  '.p7m': 'application/pkcs7-mime',
  '.p7s': 'application/pkcs7-signature',
  '.p7z': 'application/pkcs7-mime',
  '.pdf': 'application/pdf',
  '.pgp': 'application/pgp-encrypted',
  '.ppt': 'application/vnd.ms-powerpoint',
  '.rar': 'application/vnd.rar',
  '.rpmsg': 'application/x-microsoft-rpmsg-message',
  '.xls': 'application/vnd.ms-excel',
  '.xlsb': 'application/vnd.ms-excel.sheet.binary.macroenabled.12',
  '.xlsm': 'application/vnd.ms-excel.sheet.macroenabled.12',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.zip': 'application/zip',
}

/** Types of armoured files, by what stands in their first line (RFC 3156, RFC 9580 section 6.2). */
const ARMOUR_TYPES: readonly (readonly [start: string, type: string])[] = [
  ['-----BEGIN PGP MESSAGE-----', 'application/pgp-encrypted'],
  ['-----BEGIN PGP SIGNATURE-----', 'application/pgp-signature'],
  ['-----BEGIN PGP PUBLIC KEY BLOCK-----', 'application/pgp-keys'],
]

function typeOf(name: string, bytes: Buffer): string {
  const start = bytes.toString('latin1', 0, 64)
  const armour = ARMOUR_TYPES.find(([line]) => start.startsWith(line))
  return armour?.[1] ?? TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream'
}

/** A plain mail of one sentence with a file attached, as mail programs send it. */
export function attached(name: string, bytes: Buffer): Buffer {
  const type = typeOf(name, bytes)
  const lines = [
    'From: Anna Muster <sender@example.org>',
    'To: Recipient <recipient@example.com>',
    'Subject: the file',
    'Date: Mon, 23 Nov 2026 09:00:00 +0100',
    'Message-ID: <0123456789abcdef@client.example.org>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="=_file"',
    '',
    '--=_file',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Here is the file that we talked about.',
    '--=_file',
    `Content-Type: ${type}; name="${name}"`,
    `Content-Disposition: attachment; filename="${name}"`,
    'Content-Transfer-Encoding: base64',
    '',
    bytes.toString('base64').replace(/.{76}/g, '$&\r\n'),
    '--=_file--',
    '',
  ]
  return Buffer.from(lines.join('\r\n'), 'latin1')
}
