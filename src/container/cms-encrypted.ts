import { TAG, type Asn1Element, type Asn1Scope } from './asn1.js'
import { CMS_CIPHERS, type CmsCipher } from './cms-cipher.js'
import type { Judgement } from './judgement.js'
import { looksLikeText } from './looks-like-text.js'

export type EncryptedForm = 'enveloped' | 'auth-enveloped' | 'encrypted' | 'signed-and-enveloped'

/** Bytes of ciphertext that are looked at. */
const SAMPLE_BYTES = 4096

/**
 * Judges encrypted content by its structure: who can open it, by which algorithm, and whether what
 * should be ciphertext can be.
 *
 * Shape   `body` is the SEQUENCE of EnvelopedData, AuthEnvelopedData, EncryptedData or
 *         SignedAndEnvelopedData; it is read to its end, so that a truncated one is noticed.
 */
export async function judgeEncrypted(
  body: Asn1Scope,
  form: EncryptedForm,
  name: string,
): Promise<Judgement> {
  await body.skip(await body.expect(TAG.integer))
  const recipients = form === 'encrypted' ? undefined : await countRecipients(body)
  if (form === 'signed-and-enveloped') await body.skip(await body.expect(TAG.set))
  const content = await readEncryptedContent(body)
  const hasMac = await readTrailer(body)
  const unknown = (why: string): Judgement => ({ verdict: 'unknown', why: `${name}: ${why}` })
  const readable = (why: string): Judgement => ({
    verdict: 'not-encrypted',
    why: `${name}: ${why}`,
  })
  const { cipher, ivBytes, ciphertext } = content
  if (ciphertext === undefined) return unknown('it holds no encrypted content')
  if (looksLikeText(ciphertext.sample)) return readable('forged, what should be ciphertext is text')
  if (cipher === undefined) return unknown('the cipher is not known')
  if (cipher.strength === 'none') return readable('the cipher is none')
  if (recipients === 0) return unknown('nobody can open it, it names no recipient')
  if (ciphertext.bytes === 0 || ciphertext.bytes % cipher.blockBytes !== 0)
    return unknown(`${ciphertext.bytes} bytes cannot be ciphertext of ${cipher.name}`)
  if (cipher.ivBytes !== undefined && cipher.ivBytes !== ivBytes)
    return unknown(`the parameter of ${cipher.name} is missing or has the wrong length`)
  if (form === 'auth-enveloped' && !hasMac) return unknown('the authentication code is missing')
  const how = recipients === undefined ? '' : ` for ${recipients} recipient(s)`
  const verdict = cipher.strength === 'weak' ? 'weak' : 'encrypted'
  return { verdict, why: `${name}, ${cipher.name}${how}` }
}

/** `[0] originatorInfo OPTIONAL, recipientInfos SET OF RecipientInfo` */
async function countRecipients(body: Asn1Scope): Promise<number> {
  let element = await body.next()
  if (element?.tag === TAG.context(0)) {
    await body.skip(element)
    element = await body.next()
  }
  if (element?.tag !== TAG.set) return 0
  const recipients = body.enter(element)
  let count = 0
  for (;;) {
    const recipient = await recipients.next()
    if (recipient === undefined) return count
    // SEQUENCE for key transport, [1] to [4] for the other kinds.
    const isKnown =
      recipient.tag === TAG.sequence || (recipient.tag >= 0x81 && recipient.tag <= 0x84)
    if (isKnown && recipient.isConstructed && recipient.length !== 0) count += 1
    await recipients.skip(recipient)
  }
}

interface EncryptedContent {
  readonly cipher: CmsCipher | undefined
  readonly ivBytes: number | undefined
  readonly ciphertext: { readonly bytes: number; readonly sample: Buffer } | undefined
}

/** `SEQUENCE { contentType, contentEncryptionAlgorithm, encryptedContent [0] IMPLICIT OCTET STRING OPTIONAL }` */
async function readEncryptedContent(body: Asn1Scope): Promise<EncryptedContent> {
  const info = body.enter(await body.expect(TAG.sequence))
  await info.skip(await info.expect(TAG.oid))
  const algorithm = info.enter(await info.expect(TAG.sequence))
  const identifier = await algorithm.value(await algorithm.expect(TAG.oid))
  const parameter = await algorithm.next()
  const ivBytes = parameter?.tag === TAG.octetString ? parameter.length : undefined
  if (parameter !== undefined) await algorithm.skip(parameter)
  await algorithm.finish()
  const content = await info.next()
  const ciphertext =
    content?.tag === TAG.context(0) ? await measure(info, content) : await skipped(info, content)
  await info.finish()
  return { cipher: CMS_CIPHERS.get(identifier.toString('hex')), ivBytes, ciphertext }
}

async function measure(
  info: Asn1Scope,
  content: Asn1Element,
): Promise<{ bytes: number; sample: Buffer }> {
  const sample: Buffer[] = []
  let bytes = 0
  for await (const chunk of info.octets(content)) {
    if (bytes < SAMPLE_BYTES) sample.push(Buffer.from(chunk.subarray(0, SAMPLE_BYTES)))
    bytes += chunk.length
  }
  return { bytes, sample: Buffer.concat(sample).subarray(0, SAMPLE_BYTES) }
}

async function skipped(info: Asn1Scope, element: Asn1Element | undefined): Promise<undefined> {
  if (element !== undefined) await info.skip(element)
}

/** What follows the content: attributes, certificates, signatures; whether a MAC is among it. */
async function readTrailer(body: Asn1Scope): Promise<boolean> {
  let hasMac = false
  for (;;) {
    const element = await body.next()
    if (element === undefined) return hasMac
    if (element.tag === TAG.octetString && element.length !== undefined && element.length >= 8)
      hasMac = true
    await body.skip(element)
  }
}
