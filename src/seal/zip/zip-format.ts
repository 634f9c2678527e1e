import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js'
import { bug } from '../../errors.js'
import { letterName } from '../cover.js'
import { innerMessage } from '../inner-message.js'
import { letterMail } from '../letter-mail.js'
import type { LetterForm, SealedLetter, SealOrder } from '../letter.js'
import { payloadOfBytes, wholeOf } from '../whole-message.js'

/** Base64 of what deflate made no larger. */
export const ZIP_LETTER: LetterForm = {
  opensWith: 'password',
  growth: { factor: 1.4, plus: 64 * 1024 },
}

configure({ useWebWorkers: false })

/**
 * Seals a message as a ZIP file with AES-256 that holds one file: the message as `.eml`. So the names of
 * attachments are inside, not in the directory that anybody reads.
 *
 * Throws  ERR_BUG without a password.
 * Source  APPNOTE 6.3.10; WinZip AE-2: PBKDF2-HMAC-SHA1 with 1000 iterations, AES-256-CTR, 80 bits of
 *         HMAC-SHA1
 */
export async function sealAsZip(order: SealOrder, signal: AbortSignal): Promise<SealedLetter> {
  const { mail, password, language, reference } = order
  if (password === undefined) bug('a letter without a password')
  const message = await wholeOf(innerMessage(mail), signal)
  const writer = new ZipWriter(new Uint8ArrayWriter(), {
    password: password.normalize('NFC'),
    encryptionStrength: 3,
    // The time of sealing is nobody's business, and a retry has another one.
    lastModDate: new Date(Date.UTC(1980, 0, 1)),
    extendedTimestamp: false,
    signal,
  })
  const name = letterName({ format: 'zip', language, reference }).replace(/zip$/, 'eml')
  await writer.add(name, new Uint8ArrayReader(message))
  const file = await writer.close()
  return letterMail(order, {
    format: 'zip',
    type: 'application/zip',
    encoding: 'base64',
    file: payloadOfBytes(file),
  })
}
