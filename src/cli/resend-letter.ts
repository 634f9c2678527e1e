import { hashOf } from '../gateway/body-hash.js'
import { KEPT_FIELDS, STATEMENT } from '../gateway/put-letter.js'
import { newReference, ReferenceCodes } from '../gateway/reference.js'
import { SAID_AS } from '../gateway/seal-letter.js'
import type { SealSettings } from '../gateway/seal-settings.js'
import type { Sealer } from '../host/run-seal.js'
import type { Mail } from '../message/mail.js'
import { readMail } from '../message/parse-mail.js'
import { bufferSource } from '../message/source.js'
import { REFERENCE_HEADER } from '../policy/lanes.js'
import type { Decision } from '../policy/model.js'
import { recipientToken } from '../seal/container/header.js'
import type { TextSealer } from '../seal/key-file.js'
import type { FinishedLetter } from '../seal/letter.js'
import { sizeFacts } from '../seal/letter-size.js'
import { openLetter, readLetterHeader } from '../seal/open-letter.js'
import { places } from '../seal/places.js'
import { secretFrom } from '../seal/secret.js'
import type { LetterEntry, SealingStore } from '../store/sealing.js'
import type { Store } from '../store/store.js'
import type { Transit } from '../store/transit.js'
import { UsageError } from './exit.js'

export interface ResendParts {
  readonly store: Pick<Store, 'record' | 'transit' | 'referenceKey'> & {
    readonly sealing: SealingStore
  }
  readonly keys: TextSealer
  readonly format: Sealer
  readonly settings: Pick<SealSettings, 'style' | 'wishesFor'>
  /** Name of this gateway. */
  readonly hostname: string
  /** Who does it, and why; for the record. */
  readonly by: string
  readonly reason: string
  readonly now: () => number
  /** Gives a message to the listener of the lane split; gives the queue id that Postfix names. */
  readonly handOver: (
    envelope: { readonly from: string; readonly to: string },
    message: Buffer,
  ) => Promise<string | undefined>
}

/** The letter on record that a file holds, by reference and recipient; nothing is opened for that. */
export async function letterOnRecord(
  file: Buffer,
  customer: string,
  sealing: Pick<SealingStore, 'findLetters'>,
  signal: AbortSignal,
): Promise<LetterEntry> {
  const { kind, reference, recipient: token } = await readLetterHeader(file, signal)
  if (kind !== 'letter') throw new UsageError('it is an answer, not a letter')
  const known = await sealing.findLetters(customer, reference)
  const letter = known.find(({ recipient }) => recipientToken(reference, recipient) === token)
  if (letter === undefined) throw new UsageError(`no letter ${reference} is on record`)
  if (letter.password === undefined || letter.way === 'key')
    throw new UsageError(`the password of letter ${reference} is not kept`)
  return letter
}

/**
 * Seals what a letter holds once more in another format, with the password that the letter has, and
 * hands it to the lane split as a message that was sealed there: for its one recipient, bound to the
 * lane of a letter.
 *
 * Gives   the reference of the new message; the letter keeps its own
 * Throws  ERR_SEAL_REFUSED, ERR_SEAL_MALFORMED; what the format and Postfix throw
 */
export async function resendLetter(
  file: Buffer,
  letter: LetterEntry,
  parts: ResendParts,
  signal: AbortSignal,
): Promise<{ readonly reference: string; readonly queueId: string | undefined }> {
  const { store, keys, format, settings, by, reason } = parts
  const { key, reference: root, customer, recipient, sender } = letter
  const secret = secretFrom(await keys.open(letter.password ?? '', places.letterPassword(key)))
  await store.sealing.auditPassword({
    customer,
    by,
    act: 'password-use',
    object: root,
    detail: `${letter.domain}: sent again as ${format.format}: ${reason}`,
  })
  const { data } = await openLetter(file, secret.password, signal)
  const mail = await readMail(bufferSource(data), { sender, recipients: [recipient] })
  const wishes = settings.wishesFor(recipient, '')
  if (format.sizeOf(sizeFacts(mail)) > wishes.maxSize)
    throw new UsageError('sealed so, the letter would be larger than the recipient takes')
  const order = { mail, recipient, sender, reference: root, language: wishes.language, keys: [] }
  const sealed = await format.seal(
    { ...order, ...secret, style: settings.style, passwordWay: SAID_AS[letter.way] },
    signal,
  )
  const reference = newReference()
  const message = outerMail(mail, data, sealed, reference, parts, await fieldOf(reference, store))
  await store.sealing.keepLetter({ ...letter, format: format.format })
  await putOnRecord(letter, { reference, sealed, mail }, parts)
  const queueId = await parts.handOver({ from: sender, to: recipient }, message)
  // From here on the log tells whether the format is refused again.
  if (queueId !== undefined) await store.sealing.addLetterTry(key, queueId)
  return { reference, queueId }
}

async function fieldOf(reference: string, store: Pick<Store, 'referenceKey'>): Promise<string> {
  return new ReferenceCodes(await store.referenceKey()).fieldOf(reference)
}

/** A Message-ID of its own, or servers that have the first letter would drop this one as the same. */
function outerMail(
  { root }: Mail,
  data: Buffer,
  { fields, body }: FinishedLetter,
  reference: string,
  { hostname }: Pick<ResendParts, 'hostname'>,
  code: string,
): Buffer {
  const line = (name: string, value: string): string =>
    `${name}: ${value.replace(/\r?\n/g, '\r\n')}\r\n`
  const kept = root.fields.filter(({ name }) => {
    const lower = name.toLowerCase()
    return KEPT_FIELDS.has(lower) && !OF_THE_FIRST.has(lower)
  })
  const before = root.fields.find(({ name }) => name.toLowerCase() === 'message-id')?.value
  const own = [
    line('Message-ID', `<${reference}@${hostname}>`),
    ...(before === undefined ? [] : [line('References', before)]),
    ...fields.map(({ name, value }) => line(name, value)),
    line(STATEMENT.name, STATEMENT.value),
    line(REFERENCE_HEADER, code),
    '\r\n',
  ]
  const asTheyCame = kept.map(({ range }) => data.subarray(range.start, range.end))
  return Buffer.concat([...asTheyCame, Buffer.from(own.join(''), 'utf8'), body])
}

const OF_THE_FIRST = new Set(['message-id', 'references', 'received', 'return-path'])

/** As if an earlier pass had sealed it: the next one knows it by its body, its sender and recipient. */
async function putOnRecord(
  letter: LetterEntry,
  made: { readonly reference: string; readonly sealed: FinishedLetter; readonly mail: Mail },
  { store, format, by, now }: ResendParts,
): Promise<void> {
  const { customer, sender, recipient, domain, reference: root } = letter
  const { reference, sealed, mail } = made
  const at = now()
  const floor = (await store.transit(root))?.floor ?? 'confidential'
  const transit: Transit = {
    reference,
    root,
    parent: undefined,
    pass: 'first',
    customer,
    queueId: undefined,
    firstAt: at,
    sender,
    recipient,
    bodyHash: await hashOf(once(sealed.body)),
    floor,
    authUser: undefined,
    clientCert: undefined,
    clientAddress: undefined,
    pinned: undefined,
    tried: [],
    signatures: 0,
    released: false,
    stated: [],
    sealed: format.format,
  }
  const decision: Decision = {
    class: floor,
    labels: [],
    content: {
      verdict: 'encrypted',
      system: 'postseal',
      coverage: 'whole',
      strength: 'strong',
      parts: [],
      why: 'sealed by this gateway',
    },
    recipients: [
      {
        address: recipient,
        domain,
        level: 'undetermined',
        action: 'seal',
        lane: 'sealed',
        row: 'resend',
        why: `sent again as ${format.format} by ${by}`,
      },
    ],
  }
  await store.record({
    reference,
    customer,
    at,
    queueId: undefined,
    messageId: undefined,
    sender,
    authUser: undefined,
    clientAddress: undefined,
    sizeBytes: mail.source.size,
    mode: 'enforce',
    reply: '250',
    tookMs: 0,
    decision,
    pass: 'first',
    root,
    transit,
  })
}

async function* once(body: Buffer): AsyncIterable<Buffer> {
  yield body
}
