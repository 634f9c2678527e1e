import { memoryGate } from '../container/memory-gate.js'
import { GatewayError, bug } from '../errors.js'
import type { Sealer } from '../host/run-seal.js'
import type { RecipientDecision } from '../policy/model.js'
import type { FinishedLetter, SealOrder } from '../seal/letter.js'
import { secretFrom, secretText, type LetterSecret } from '../seal/secret.js'
import { places } from '../seal/places.js'
import type { TextSealer } from '../seal/key-file.js'
import type { LetterEntry, PasswordWay } from '../store/sealing.js'
import type { Known } from './known.js'
import type { SealPlan } from './seal-plan.js'
import type { GatewayDependencies, Visit } from './visit.js'

/** What sealing works with, beside the store. */
export interface SealTools {
  /** Keeps passwords in the store unreadable. */
  readonly keys: TextSealer & { isUsable(): Promise<boolean> }
  readonly newPassword: () => string
  /** 32 bytes. */
  readonly newSeed: () => Buffer
}

export interface Sealed extends FinishedLetter {
  readonly format: string
  readonly way: PasswordWay
}

/** Memory that letters in the making may hold: message, ciphertext and body of each. */
const gate = memoryGate(512 * 1024 * 1024)
const COPIES = 4

/**
 * Seals a message for the one recipient that it has at split.
 *
 * The password is in the store before anything is sealed with it, and what comes of it (the queue entry
 * that the letter may be in, the notice that is released when the log speaks of that entry) is there
 * before Postfix hears that it may go on. A try after a crash finds the password and uses it.
 *
 * Throws  a temporary GatewayError; the message is deferred, in the clear, in its lane.
 */
export async function sealLetter(
  visit: Visit,
  known: Known,
  plan: SealPlan,
  {
    decision,
    reference: own,
  }: { readonly decision: RecipientDecision; readonly reference: string },
  { store, sealing: tools }: Pick<GatewayDependencies, 'store' | 'sealing'>,
): Promise<Sealed> {
  const { mail, tx, signal } = visit
  const { guest, passage, customer, at } = known
  const { choice, wishes } = plan
  const { queueId } = tx
  if (choice.kind !== 'seal' || tools === undefined) return bug('sealing without a plan')
  if (guest === undefined) return bug('sealing for several recipients')
  if (queueId === undefined) throw new GatewayError('ERR_GATEWAY_NO_QUEUE_ID')
  const { format, way } = choice
  const { key } = guest
  const { sender } = mail.envelope
  const reference = passage.earlier?.root ?? guest.row?.reference ?? own
  const fresh = plan.before ?? (await texts(key, way, plan, tools))
  const entry: LetterEntry = {
    password: fresh.password,
    telephone: fresh.telephone,
    key,
    customer,
    reference,
    sender,
    recipient: guest.recipient,
    domain: decision.domain,
    format: format.format,
    way,
    createdAt: at,
  }
  const letter = await store.sealing.keepLetter(entry)
  const secret = secretFrom(
    await tools.keys.open(letter.password ?? '', places.letterPassword(key)),
  )
  signal.throwIfAborted()
  const finished = await gate(mail.source.size * COPIES, () =>
    format.seal(orderFor(visit, { letter, secret, format, language: wishes.language }), signal),
  )
  await store.sealing.addLetterTry(key, queueId)
  const kind = letter.way === 'sender' ? 'password' : letter.way === 'sms' ? 'sms' : undefined
  if (kind !== undefined)
    await store.addNotice({
      kind,
      key,
      customer,
      to: sender,
      recipient: guest.recipient,
      reference: letter.reference,
      why: decision.why,
      messageId: `${kind}.${key}`,
      createdAt: at,
      notBefore: at,
      cause: queueId,
    })
  return Object.freeze({ ...finished, format: format.format, way: letter.way })
}

/** The password and the telephone number of a letter that has none yet, as the store keeps them. */
async function texts(
  key: string,
  way: PasswordWay,
  plan: SealPlan,
  { keys, newPassword, newSeed }: SealTools,
): Promise<Pick<LetterEntry, 'password' | 'telephone'>> {
  const known = way === 'given' ? plan.given : way === 'standing' ? plan.standing : undefined
  if (known === undefined && (way === 'given' || way === 'standing'))
    return bug('a password that is not there')
  const password =
    way === 'key'
      ? ''
      : known === undefined
        ? newPassword()
        : await keys.open(known.text, known.place)
  const secret = secretText({ password, seed: newSeed() })
  const { telephone } = plan
  const number =
    way === 'sms' && telephone !== undefined
      ? await keys.seal(
          await keys.open(telephone.text, telephone.place),
          places.letterTelephone(key),
        )
      : undefined
  return { password: await keys.seal(secret, places.letterPassword(key)), telephone: number }
}

function orderFor(
  { mail, engine }: Visit,
  made: {
    readonly letter: LetterEntry
    readonly secret: LetterSecret
    readonly format: Sealer
    readonly language: SealOrder['language']
  },
): SealOrder {
  const { letter, secret, format, language } = made
  return {
    mail,
    recipient: letter.recipient,
    sender: letter.sender,
    reference: letter.reference,
    language,
    style: engine.sealing.style,
    password: format.opensWith === 'password' ? secret.password : undefined,
    seed: secret.seed,
    keys: [],
    passwordWay: SAID_AS[letter.way],
  }
}

/** What the cover says of a password that somebody else knows too. */
const SAID_AS: Readonly<Record<PasswordWay, SealOrder['passwordWay']>> = {
  sender: 'sender',
  standing: 'standing',
  given: 'agreed',
  agreed: 'agreed',
  sms: 'sms',
  key: undefined,
}
