import { memoryGate } from '../container/memory-gate.js'
import { GatewayError, bug } from '../errors.js'
import type { Sealer } from '../host/run-seal.js'
import type { RecipientDecision } from '../policy/model.js'
import type { FinishedLetter, SealOrder } from '../seal/letter.js'
import { secretFrom, secretText, type LetterSecret } from '../seal/secret.js'
import type { LetterKeys } from '../seal/keys/letter-keys.js'
import { places } from '../seal/places.js'
import type { TextSealer } from '../seal/key-file.js'
import type { LetterEntry, PasswordWay } from '../store/sealing.js'
import type { Known } from './known.js'
import { mayBeTold, type SealPlan } from './seal-plan.js'
import type { GatewayDependencies, Visit } from './visit.js'

/** What sealing works with, beside the store. */
export interface SealTools {
  /** Keeps passwords in the store unreadable. */
  readonly keys: TextSealer & { isUsable(): Promise<boolean> }
  readonly newPassword: () => string
  /** 32 bytes. */
  readonly newSeed: () => Buffer
  /** Absent: no letter is sealed for a key. */
  readonly recipientKeys?: LetterKeys | undefined
}

export interface Sealed extends FinishedLetter {
  readonly format: string
  readonly way: PasswordWay
  /** Why keys or formats for keys were passed over, one clause each. */
  readonly passedOver: readonly string[]
}

/** Memory that letters in the making may hold: message, ciphertext and body of each. */
const gate = memoryGate(512 * 1024 * 1024)
const COPIES = 4

/**
 * Seals a message for the one recipient that it has at split.
 *
 * The password is in the store before anything is sealed with it, and what comes of it (the queue entry
 * that the letter may be in, the notice that is released when the log speaks of that entry) is there
 * before Postfix hears that it may go on. A try after a crash finds the password and uses it. A format
 * that none of the recipient's keys will do for after all gives way to the next one.
 *
 * Throws  a temporary GatewayError; the message is deferred, in the clear, in its lane.
 */
export async function sealLetter(
  visit: Visit,
  known: Known,
  plan: SealPlan,
  order: SealFor,
  deps: Pick<GatewayDependencies, 'store' | 'sealing'>,
): Promise<Sealed> {
  const refused = new Set<string>()
  for (;;) {
    const choice = plan.without(refused)
    if (choice.kind !== 'seal') throw new GatewayError('ERR_SEAL_KEY', { reason: choice.why })
    try {
      const sealed = await sealAs(visit, known, { ...plan, choice }, order, deps)
      const passedOver = [
        ...plan.keys.problems,
        ...[...refused].map(noKeyDid),
        ...plan.guessable.map(tooWeakFor),
      ]
      return Object.freeze({ ...sealed, passedOver: Object.freeze(passedOver) })
    } catch (thrown) {
      const isStep = thrown instanceof GatewayError && thrown.code === 'ERR_SEAL_KEY'
      if (!isStep || choice.way !== 'key') throw thrown
      refused.add(choice.format.format)
      deps.sealing?.recipientKeys?.refuse(keysFor(choice.format, plan).ids)
    }
  }
}

function tooWeakFor(format: string): string {
  return `${format}: the password is too weak for it`
}

/** Which recipient a message is sealed for, and under which number in this pass. */
export interface SealFor {
  readonly decision: RecipientDecision
  readonly reference: string
}

const noKeyDid = (format: string): string => `${format}: the format could use no key`

async function sealAs(
  visit: Visit,
  known: Known,
  plan: SealPlan,
  { decision, reference: own }: SealFor,
  { store, sealing: tools }: Pick<GatewayDependencies, 'store' | 'sealing'>,
): Promise<Omit<Sealed, 'passedOver'>> {
  const { mail, tx, signal } = visit
  const { guest, passage, customer, at } = known
  const { choice, wishes } = plan
  const { queueId } = tx
  if (choice.kind !== 'seal' || tools === undefined) return bug('sealing without a plan')
  if (guest === undefined) return bug('sealing for several recipients')
  if (queueId === undefined) throw new GatewayError('ERR_GATEWAY_NO_QUEUE_ID')
  const { format } = choice
  const { key } = guest
  const { sender } = mail.envelope
  const reference = passage.earlier?.root ?? guest.row?.reference ?? own
  // What was sealed for a key needs a password when there is none to use any longer.
  const stays = plan.before !== undefined && (plan.before.way !== 'key' || choice.way === 'key')
  const fresh = stays ? plan.before : await texts(key, choice.way, plan, tools)
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
    way: choice.way,
    createdAt: at,
  }
  const letter = await store.sealing.keepLetter(entry)
  const secret = secretFrom(
    await tools.keys.open(letter.password ?? '', places.letterPassword(key)),
  )
  signal.throwIfAborted()
  const { keys, ids } = keysFor(format, plan)
  const way = format.opensWith === 'password' ? letter.way : 'key'
  const { language } = wishes
  const order = orderFor(visit, { letter: { ...letter, way }, secret, format, language, keys })
  const finished = await gate(mail.source.size * COPIES, () => format.seal(order, signal))
  await store.sealing.addLetterTry(key, queueId)
  if (ids.length > 0) await tools.recipientKeys?.used(ids)
  const kind = way === 'sender' ? 'password' : way === 'sms' ? 'sms' : undefined
  if (kind !== undefined)
    await store.addNotice({
      kind,
      key,
      customer,
      // What a telephone does not get, nobody else does who may not be told.
      to: kind === 'password' || mayBeTold(visit, known) ? sender : '',
      recipient: guest.recipient,
      reference: letter.reference,
      why: decision.why,
      messageId: `${kind}.${key}`,
      createdAt: at,
      notBefore: at,
      cause: queueId,
    })
  return { ...finished, format: format.format, way }
}

/** Those of the recipient's keys that a format opens with. */
function keysFor(
  { opensWith }: Sealer,
  { keys }: SealPlan,
): { readonly keys: readonly string[]; readonly ids: readonly number[] } {
  if (opensWith === 'password') return { keys: [], ids: [] }
  const system = opensWith === 'certificate' ? 'smime' : 'pgp'
  return { keys: keys[system], ids: keys.ids[system] }
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
    telephone === undefined
      ? plan.wishes.telephone
      : await keys.open(telephone.text, telephone.place)
  return {
    password: await keys.seal(secret, places.letterPassword(key)),
    telephone:
      way === 'sms' && number !== undefined
        ? await keys.seal(number, places.letterTelephone(key))
        : undefined,
  }
}

function orderFor(
  { mail, engine }: Visit,
  made: {
    readonly letter: LetterEntry
    readonly secret: LetterSecret
    readonly format: Sealer
    readonly language: SealOrder['language']
    readonly keys: readonly string[]
  },
): SealOrder {
  const { letter, secret, format, language, keys } = made
  return {
    mail,
    recipient: letter.recipient,
    sender: letter.sender,
    reference: letter.reference,
    language,
    style: engine.sealing.style,
    password: format.opensWith === 'password' ? secret.password : undefined,
    seed: secret.seed,
    keys,
    passwordWay: SAID_AS[letter.way],
  }
}

/** How the cover says that the password of a letter comes, by the way on record. */
export const SAID_AS: Readonly<Record<PasswordWay, SealOrder['passwordWay']>> = {
  sender: 'sender',
  standing: 'standing',
  given: 'agreed',
  // An officer has released the message and tells the password; the sender has agreed on nothing.
  agreed: 'office',
  sms: 'sms',
  key: undefined,
}
