import { text } from 'node:stream/consumers'
import { loadConfig } from '../config/load.js'
import { parseDomain } from '../config/domain-name.js'
import { ANY_SENDER, normalRecipient } from '../gateway/seal-plan.js'
import { normalDomain } from '../policy/matcher.js'
import { weakness } from '../seal/given.js'
import { addKey, dropKeys, KeyFile, keyOf } from '../seal/key-file.js'
import { makePassword } from '../seal/password.js'
import { places } from '../seal/places.js'
import { secretFrom } from '../seal/secret.js'
import { openRandomSource } from '../seal/random/random-source.js'
import { currentActor } from '../store/actor.js'
import type { SealedText, SealingStore } from '../store/sealing.js'
import { UsageError } from './exit.js'

export interface Asked {
  readonly id: string
  readonly recipient: string | undefined
  readonly customer: string
  readonly reason: string
}

/** A password as it is shown to somebody who may see it. */
export interface ShownPassword {
  readonly reference: string
  readonly recipient: string
  readonly format: string
  readonly password: string
}

/** Reads the passwords of letters; each is put on record before it is given. */
export async function showPasswords(
  { id, recipient, customer, reason }: Asked,
  sealing: Pick<SealingStore, 'findLetters' | 'auditPassword'>,
  keyFile: string,
): Promise<readonly ShownPassword[]> {
  const keys = new KeyFile(keyFile)
  const letters = await sealing.findLetters(customer, id)
  const wanted = letters.filter(
    letter =>
      letter.password !== undefined &&
      letter.way !== 'key' &&
      (recipient === undefined || normalRecipient(letter.recipient) === normalRecipient(recipient)),
  )
  const shown: ShownPassword[] = []
  for (const letter of wanted) {
    const { reference, format, domain, key } = letter
    const sealed = await keys.open(letter.password ?? '', places.letterPassword(key))
    const { password } = secretFrom(sealed)
    await sealing.auditPassword({
      customer: letter.customer,
      by: currentActor(),
      act: 'password-show',
      object: reference,
      detail: `${domain}: ${checkedReason(reason)}`,
    })
    shown.push({ reference, recipient: letter.recipient, format, password })
  }
  return shown
}

export interface Agreed {
  readonly customer: string
  readonly senderDomain: string
  readonly recipient: string
  readonly reason: string
}

/** Sets a standing password: one that is made, or what stands on standard input. Gives it. */
export async function setStandingPassword(
  agreed: Agreed,
  generate: boolean,
  configFile: string | undefined,
  sealing: Pick<SealingStore, 'setStanding' | 'auditPassword'>,
  input: NodeJS.ReadableStream = process.stdin,
): Promise<string> {
  const { seal } = loadConfig(configFile)
  const { senderDomain, recipient } = checkedKey(agreed)
  const password = generate
    ? makePassword(await openRandomSource())
    : (await text(input)).replace(/\r?\n$/, '')
  const problem = weakness(password, seal.min_password_length)
  if (problem !== undefined) throw new UsageError(problem)
  const keys = new KeyFile(seal.key_file)
  const sealed = await keys.seal(password, places.standingPassword(senderDomain, recipient))
  const by = currentActor()
  const { customer } = agreed
  await record(agreed, 'password-set', sealing)
  await sealing.setStanding({
    customer,
    senderDomain,
    recipient,
    password: sealed,
    setAt: Date.now(),
    setBy: by,
  })
  return password
}

/** Gives whether there was one. */
export async function removeStandingPassword(
  agreed: Agreed,
  sealing: Pick<SealingStore, 'removeStanding' | 'auditPassword'>,
): Promise<boolean> {
  const { customer } = agreed
  if (!(await sealing.removeStanding({ customer, ...checkedKey(agreed) }))) return false
  await record(agreed, 'password-remove', sealing)
  return true
}

/**
 * Puts a new key in use, encrypts every stored text with it, and takes out the keys that none needs.
 *
 * A text that is stored meanwhile is found in another round; what another process has replaced already
 * is left to it. Ended in between, nothing is lost: all keys that a text needs are in the file.
 */
export async function rotateKey(
  keyFile: string,
  sealing: Pick<SealingStore, 'sealedTexts' | 'replaceSealed'>,
): Promise<{ readonly texts: number; readonly keys: number }> {
  await addKey(keyFile)
  const keys = new KeyFile(keyFile)
  let texts = 0
  for (let found = 1; found > 0; texts += found) found = await renewAll(keys, sealing)
  const needed = new Set<string>()
  for await (const { text: sealed } of allTexts(sealing)) needed.add(keyOf(sealed) ?? '')
  return { texts, keys: await dropKeys(keyFile, needed) }
}

async function renewAll(
  keys: KeyFile,
  sealing: Pick<SealingStore, 'sealedTexts' | 'replaceSealed'>,
): Promise<number> {
  const [current] = await keys.names()
  let renewed = 0
  for await (const old of allTexts(sealing)) {
    if (keyOf(old.text) === current) continue
    const place = placeOf(old)
    const sealed = await keys.seal(await keys.open(old.text, place), place)
    if (await sealing.replaceSealed(old, sealed)) renewed += 1
  }
  return renewed
}

async function* allTexts(sealing: Pick<SealingStore, 'sealedTexts'>): AsyncIterable<SealedText> {
  for (let page = await sealing.sealedTexts(undefined); page.length > 0;) {
    yield* page
    page = await sealing.sealedTexts(page.at(-1))
  }
}

function placeOf({ table, column, id }: SealedText): string {
  if (table === 'letter')
    return column === 'secret' ? places.letterPassword(id) : places.letterTelephone(id)
  if (table === 'given_password')
    return column === 'secret' ? places.givenPassword(id) : places.givenTelephone(id)
  const [senderDomain = '', recipient = ''] = id.split(' ')
  return places.standingPassword(senderDomain, recipient)
}

function checkedKey({ senderDomain, recipient }: Agreed): {
  readonly senderDomain: string
  readonly recipient: string
} {
  const domain = senderDomain === ANY_SENDER ? senderDomain : parseDomain(senderDomain)
  if (domain === undefined || domain.startsWith('.'))
    throw new UsageError(`"${senderDomain}" is no domain`)
  if (!/^[^\s@]+@[^\s@]+$/.test(recipient)) throw new UsageError(`"${recipient}" is no address`)
  return { senderDomain: normalDomain(domain), recipient: normalRecipient(recipient) }
}

async function record(
  agreed: Agreed,
  act: 'password-set' | 'password-remove',
  sealing: Pick<SealingStore, 'auditPassword'>,
): Promise<void> {
  const { customer, reason } = agreed
  const { senderDomain, recipient } = checkedKey(agreed)
  const domain = recipient.slice(recipient.lastIndexOf('@') + 1)
  const detail = `standing password for ${domain}: ${checkedReason(reason)}`
  await sealing.auditPassword({ customer, by: currentActor(), act, object: senderDomain, detail })
}

function checkedReason(reason: string): string {
  if (reason.trim() === '') throw new UsageError('a reason must say something')
  return reason.slice(0, 1000)
}
