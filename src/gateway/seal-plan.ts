import type { Sealer } from '../host/run-seal.js'
import type { Mail } from '../message/mail.js'
import { normalDomain } from '../policy/matcher.js'
import { chooseFormat, type Choice } from '../seal/choose.js'
import type { Given } from '../seal/given.js'
import type { TextSealer } from '../seal/key-file.js'
import type { LetterKeys } from '../seal/keys/letter-keys.js'
import { NO_KEYS, type UsableKeys } from '../seal/keys/usable-keys.js'
import { sizeFacts } from '../seal/letter-size.js'
import { places } from '../seal/places.js'
import type { SealWishes } from '../seal/wishes.js'
import type { LetterEntry, PasswordWay, SealingStore } from '../store/sealing.js'
import { guessableFormats } from './guessable.js'
import type { Known } from './known.js'
import { vouchedFor } from './transit.js'
import type { Visit } from './visit.js'

/** What can be done about sealing for one recipient, with what it is done with. */
export interface SealPlan {
  readonly choice: Choice<Sealer>
  /** The choice without these formats: none of the recipient's keys would do after all. */
  readonly without: (formats: ReadonlySet<string>) => Choice<Sealer>
  readonly keys: UsableKeys
  readonly wishes: SealWishes
  /** The letter of an earlier try: its password and its way stay. */
  readonly before: LetterEntry | undefined
  /** Stored texts, sealed with the key file, each with the place that it is bound to. */
  readonly standing: StoredText | undefined
  readonly given: StoredText | undefined
  readonly telephone: StoredText | undefined
  /** Formats that the password is too weak for. */
  readonly guessable: readonly string[]
}

export interface StoredText {
  readonly text: string
  readonly place: string
}

/** Where a plan comes from, beside the message. */
export interface SealSources {
  readonly store: { readonly sealing: SealingStore }
  readonly sealing?:
    | {
        readonly recipientKeys?: Pick<LetterKeys, 'find'> | undefined
        readonly keys: Pick<TextSealer, 'open'>
      }
    | undefined
}

/** Any sender domain, in the list of standing passwords. */
export const ANY_SENDER = '*'

/**
 * Finds out whether and how a message can be sealed for a recipient: a letter that was tried before
 * with a password keeps its way; else the recipient's keys count, what the sender gave, what is agreed
 * on, and last what the sender can be told.
 *
 * `given` is what the sender gave in this very pass; `row` is what said that the message is sealed.
 */
export async function planSeal(
  recipient: { readonly address: string; readonly domain: string; readonly row: string },
  visit: Visit,
  known: SealFactsKnown,
  { store, sealing: tools }: SealSources,
): Promise<SealPlan> {
  const { mail, engine } = visit
  const { passage, guest, customer, given: givenNow } = known
  const { sealing } = store
  const { address, domain, row } = recipient
  const wishes = engine.sealing.wishesFor(address, row)
  const before = guest === undefined ? undefined : await sealing.letter(guest.key)
  const root = passage.earlier?.root
  const given = root === undefined ? undefined : await sealing.given(root)
  const senderDomain = normalDomain(domainOf(mail.envelope.sender))
  const to = normalRecipient(address)
  const standing =
    (await sealing.standing({ customer, senderDomain, recipient: to })) ??
    (await sealing.standing({ customer, senderDomain: ANY_SENDER, recipient: to }))
  const refused = await sealing.refusedFormats(domain)
  const hasNotifier = engine.host.notify !== undefined
  const ways: readonly (readonly [PasswordWay, boolean])[] = [
    ['given', given?.password !== undefined || givenNow?.password !== undefined],
    ['sms', hasNotifier && (given?.telephone ?? givenNow?.telephone) !== undefined],
    ['standing', standing !== undefined],
    ['sms', hasNotifier && wishes.telephone !== undefined],
    ['sender', mayBeTold(visit, known)],
    ['agreed', known.released],
  ]
  // A key may be gone since; then there must be a password after all.
  const keeps = before !== undefined && before.way !== 'key'
  const way = keeps ? before.way : ways.find(([, there]) => there)?.[0]
  const agreed = {
    given: stored(given?.password, places.givenPassword(root ?? '')),
    standing: standing && {
      text: standing.password,
      place: places.standingPassword(standing.senderDomain, standing.recipient),
    },
  }
  const guessable =
    tools === undefined
      ? []
      : await guessableFormats(
          engine.host.sealers,
          { ...agreed, way, before, givenNow: givenNow?.password },
          { keys: tools.keys, minBits: engine.config.seal.min_password_bits },
        )
  const choose = (keys: UsableKeys, without: ReadonlySet<string>): Choice<Sealer> =>
    chooseFormat({
      formats: engine.host.sealers,
      wanted: wishes.formats,
      refused: new Set([...refused.map(({ format }) => format), ...without]),
      guessable: new Set(guessable),
      size: sizeFacts(mail),
      maxSize: wishes.maxSize,
      keys: kindsOf(keys),
      way,
    })
  // Before split it only counts whether there is a way: who has many recipients need not wait for it.
  const isSettled = keeps || (guest === undefined && choose(NO_KEYS, new Set()).kind === 'seal')
  const keys =
    isSettled || !wantsKeys(engine.host.sealers, wishes)
      ? NO_KEYS
      : ((await tools?.recipientKeys?.find(address, customer, visit.signal)) ?? NO_KEYS)
  return Object.freeze({
    choice: choose(keys, new Set()),
    without: (formats: ReadonlySet<string>) => choose(keys, formats),
    keys,
    wishes,
    before,
    ...agreed,
    guessable,
    telephone: stored(given?.telephone, places.givenTelephone(root ?? '')),
  })
}

function wantsKeys(sealers: readonly Sealer[], { formats }: SealWishes): boolean {
  return sealers.some(
    ({ opensWith, format }) =>
      opensWith !== 'password' && (formats === undefined || formats.includes(format)),
  )
}

function kindsOf({ smime, pgp }: UsableKeys): ReadonlySet<'certificate' | 'pgp-key'> {
  return new Set([
    ...(smime.length > 0 ? (['certificate'] as const) : []),
    ...(pgp.length > 0 ? (['pgp-key'] as const) : []),
  ])
}

/** What a plan takes from what is known of the message. */
export interface SealFactsKnown extends Pick<Known, 'passage' | 'guest' | 'customer'> {
  readonly given: Pick<Given, 'password' | 'telephone'> | undefined
  /** An officer has let the message go on, and will tell the recipient the password. */
  readonly released: boolean
}

/** Whether the sender is somebody inside whom Postfix knows: nobody else is told a password. */
export function mayBeTold(
  { mail, engine }: Pick<Visit, 'mail' | 'engine'>,
  { passage }: Pick<Known, 'passage'>,
): boolean {
  const { sender } = mail.envelope
  if (sender === '' || !engine.isInternalDomain(normalDomain(domainOf(sender)))) return false
  return isVouchedFor(mail, passage, engine)
}

/** Whether a client has logged in, has a certificate that counts, or is trusted by its address. */
export function isVouchedFor(
  mail: Mail,
  passage: Known['passage'],
  engine: Pick<Visit['engine'], 'sealing'>,
): boolean {
  const { authUser, clientCert, clientAddress } = vouchedFor(passage, mail)
  if (authUser !== undefined || clientCert !== undefined) return true
  return engine.sealing.isTrusted(clientAddress)
}

/** The one spelling of an address in the list of standing passwords. */
export function normalRecipient(address: string): string {
  return `${address.slice(0, address.lastIndexOf('@')).toLowerCase()}@${normalDomain(domainOf(address))}`
}

function stored(text: string | undefined, place: string): StoredText | undefined {
  return text === undefined ? undefined : { text, place }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}
