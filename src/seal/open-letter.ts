import { createHash } from 'node:crypto'
import { malformed, writeHeader, type ContainerHeader } from './container/header.js'
import { openContainer, type SealedContainer } from './container/open-payload.js'
import { splitPayload, type LetterView, type SealedFile } from './container/payload.js'
import { cleanFileName, differentNames } from './file-name.js'
import { readLetterFile, saysLetter } from './html/read-letter-file.js'
import type { OpenedAnswer } from './letter.js'

/** A letter or an answer, opened. */
export interface OpenedLetter {
  readonly header: ContainerHeader
  readonly view: LetterView
  readonly data: Buffer
}

/**
 * What a file says of itself, before anybody gives a password for it: by reference and recipient the
 * password is found.
 *
 * Throws  ERR_SEAL_MALFORMED
 */
export async function readLetterHeader(
  file: Buffer,
  signal: AbortSignal,
): Promise<ContainerHeader> {
  return (await readLetterFile(file, signal)).header
}

/** Whether it is worth to look closer at a file; a letter taken out of its file, not opened. */
export { readLetterFile, saysLetter }

/**
 * Opens a letter or an answer from its file.
 *
 * Throws  ERR_SEAL_MALFORMED, ERR_SEAL_REFUSED
 */
export async function openLetter(
  file: Buffer,
  password: string,
  signal: AbortSignal,
): Promise<OpenedLetter> {
  return openRead(await readLetterFile(file, signal), password, signal)
}

/** The same, of a letter that was taken out of its file before. */
export async function openRead(
  letter: SealedContainer,
  password: string,
  signal: AbortSignal,
): Promise<OpenedLetter> {
  const payload = await openContainer(letter, password, signal)
  return Object.freeze({ header: letter.header, ...splitPayload(payload) })
}

/**
 * What a letter is known by, whatever page stands around it: SHA-256 of header, ciphertext and code,
 * hexadecimal.
 */
export function containerDigest({ header, ciphertext, tag }: SealedContainer): string {
  const hash = createHash('sha256').update(`${writeHeader(header)}\0`)
  return hash.update(ciphertext).update(tag).digest('hex')
}

/**
 * An answer as the gateway makes a mail of it.
 *
 * Throws  ERR_SEAL_MALFORMED for a letter that is no answer.
 */
export function answerIn({ header, view, data }: OpenedLetter): OpenedAnswer {
  if (header.kind !== 'answer') malformed('it is no answer')
  // A thousand files that are all the same range would be a thousand times as large.
  const sizes = view.files.reduce((sum, { start, end }) => sum + end - start, 0)
  if (sizes > data.length) malformed('its files overlap')
  const names = differentNames(view.files.map(({ name }) => cleanFileName(name, 'file')))
  return Object.freeze({
    reference: header.reference,
    subject: view.subject.replace(/\p{Cc}+/gu, ' ').trim(),
    text: (view.text ?? '').replace(/\r\n?/g, '\n'),
    writtenAt: view.date,
    files: view.files.map((file, at) =>
      Object.freeze({
        name: names[at] ?? 'file',
        type: MEDIA_TYPE.test(file.type) ? file.type.toLowerCase() : 'application/octet-stream',
        content: fileContent(file, data),
      }),
    ),
  })
}

/** RFC 6838, section 4.2 */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}$/i

function fileContent({ start, end, encoding }: SealedFile, data: Buffer): Buffer {
  if (encoding !== 'identity') malformed('a file of an answer is encoded')
  return data.subarray(start, end)
}
