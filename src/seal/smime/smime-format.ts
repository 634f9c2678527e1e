import * as pkijs from 'pkijs'
import { innerMessage } from '../inner-message.js'
import { smimeMail } from '../key-mail.js'
import type { LetterForm, SealedLetter, SealOrder } from '../letter.js'
import { wholeOf } from '../whole-message.js'
import { usableCertificates } from './usable-certificates.js'

/** Base64 of a structure as large as the message. */
export const SMIME_LETTER: LetterForm = {
  opensWith: 'certificate',
  growth: { factor: 1.4, plus: 64 * 1024 },
}

/**
 * Seals a message for the certificates of the recipient: CMS EnvelopedData with AES-256-CBC; RSA by OAEP
 * with SHA-256, elliptic curves by ECDH.
 *
 * Throws  ERR_SEAL_KEY when none of the certificates can be used now.
 * Source  RFC 8551, RFC 5652, RFC 5753, RFC 3560
 */
export async function sealAsSmime(
  order: SealOrder,
  signal: AbortSignal,
  now: Date = new Date(),
): Promise<SealedLetter> {
  const certificates = usableCertificates(order.keys, now)
  const message = await wholeOf(innerMessage(order.mail), signal)
  const enveloped = new pkijs.EnvelopedData({ version: 2 })
  for (const certificate of certificates)
    enveloped.addRecipientByCertificate(certificate, {
      oaepHashAlgorithm: 'SHA-256',
      kdfAlgorithm: 'SHA-256',
      kekEncryptionLength: 256,
    })
  await enveloped.encrypt({ name: 'AES-CBC', length: 256 } as Algorithm, toArrayBuffer(message))
  signal.throwIfAborted()
  const content = new pkijs.ContentInfo({
    contentType: pkijs.ContentInfo.ENVELOPED_DATA,
    content: enveloped.toSchema(),
  })
  return smimeMail(order, new Uint8Array(content.toSchema().toBER()))
}

type Algorithm = Parameters<pkijs.EnvelopedData['encrypt']>[0]

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length)
  new Uint8Array(copy).set(bytes)
  return copy
}
