import { GatewayError } from '../../errors.js'
import { headerAddresses } from '../../message/address.js'
import { fieldsNamed } from '../../message/header-fields.js'
import type { Mail, Part } from '../../message/mail.js'
import type { NewKey } from '../../store/recipient-keys.js'
import { keyAddress } from './key-address.js'
import type { CertificateChecks } from './key-checks.js'
import { objectionsTo, type KeyRules } from './objections.js'
import { readCertificate } from './read-certificate.js'
import type { RecipientKey } from './recipient-key.js'
import { verifiedSigners, type VerifiedSigner } from './signed-content.js'
import { storedForm } from './stored-key.js'

/** A certificate with which somebody has signed a mail, and to which can be encrypted. */
export interface KeyCandidate {
  /** The sender, by the From field and by the certificate. */
  readonly address: string
  readonly key: RecipientKey
  readonly chain: readonly Buffer[]
}

export interface HarvestOptions extends KeyRules {
  readonly checks: Pick<CertificateChecks, 'issuerProblem'>
}

/** A signature has to be held with what it is over; larger mails are left. */
const MAX_CONTENT = 10 * 1024 * 1024
const MAX_SIGNATURE = 512 * 1024

const SIGNATURE = /^application\/(?:x-)?pkcs7-signature$/
const OPAQUE = /^application\/(?:x-)?pkcs7-mime$/

/**
 * Takes the certificate of the sender out of a signed mail: the whole mail has to be signed, by a
 * certificate that names the address of the From field, that a trusted authority has issued, and to
 * which can be encrypted. The caller says that the mail came from outside, and that this is wanted.
 *
 * Gives   nothing in all other cases, whatever the mail is
 * Throws  what `signal` is aborted with, and what reading the mail throws
 * Source  RFC 8551, 3.5; RFC 8550, 3 and 4.4
 */
export async function harvest(
  mail: Mail,
  { checks, ...rules }: HarvestOptions,
  signal: AbortSignal,
): Promise<readonly KeyCandidate[]> {
  const address = senderOf(mail)
  if (address === undefined || mail.damage.length > 0) return []
  const signers = await signersOf(mail)
  signal.throwIfAborted()
  return signers.flatMap(({ certificate, others }) => {
    const key = certificateOf(certificate)
    if (key === undefined || !key.addresses.includes(address)) return []
    if (objectionsTo(key, rules).length > 0) return []
    if (checks.issuerProblem(certificate, others, rules.now) !== undefined) return []
    return [Object.freeze({ address, key, chain: others })]
  })
}

/** What was harvested, as the store keeps it. */
export function harvestedKeys(candidates: readonly KeyCandidate[], customer: string): NewKey[] {
  return candidates.map(({ address, key, chain }) =>
    storedForm(key, { customer, owner: address, source: 'harvest', addedBy: 'postseal', chain }),
  )
}

/** The one address of the one From field. */
function senderOf({ root }: Mail): string | undefined {
  const [address, ...more] = headerAddresses(root, 'from')
  if (address === undefined || more.length > 0) return undefined
  return fieldsNamed(root, 'from').length === 1 ? keyAddress(address) : undefined
}

async function signersOf(mail: Mail): Promise<readonly VerifiedSigner[]> {
  const { root } = mail
  if (OPAQUE.test(root.type)) {
    const signature = await decoded(mail, root, MAX_CONTENT)
    return signature === undefined ? [] : verifiedSigners(signature, undefined)
  }
  const [content, signature, ...more] = root.children
  if (root.type !== 'multipart/signed' || content === undefined || signature === undefined)
    return []
  if (more.length > 0 || !SIGNATURE.test(signature.type)) return []
  const { start } = content.header
  const { end } = content.body
  if (end - start > MAX_CONTENT) return []
  const der = await decoded(mail, signature, MAX_SIGNATURE)
  if (der === undefined) return []
  return verifiedSigners(der, canonical(await mail.source.read(start, end)))
}

async function decoded(mail: Mail, part: Part, maxBytes: number): Promise<Buffer | undefined> {
  const bytes = await mail.head(part, maxBytes + 1)
  return bytes.length > maxBytes ? undefined : bytes
}

/** Lines end in CR LF in what is signed (RFC 8551, 3.1.1); a file on disk may have lost them. */
function canonical(content: Buffer): Buffer {
  const text = content.toString('latin1')
  return Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1')
}

function certificateOf(der: Buffer): RecipientKey | undefined {
  try {
    return readCertificate(der).key
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown
    return undefined
  }
}
