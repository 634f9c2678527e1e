import { passwordBits } from '../seal/password-bits.js'
import { places } from '../seal/places.js'
import { secretFrom } from '../seal/secret.js'
import type { TextSealer } from '../seal/key-file.js'
import type { Sealer } from '../host/run-seal.js'
import type { LetterEntry, PasswordWay } from '../store/sealing.js'

interface PasswordSource {
  readonly way: PasswordWay | undefined
  readonly before: LetterEntry | undefined
  /** Sealed, as stored; the last is of the very message. */
  readonly given: { readonly text: string; readonly place: string } | undefined
  readonly standing: { readonly text: string; readonly place: string } | undefined
  readonly givenNow: string | undefined
}

/**
 * Formats that a password is too weak for: whoever has the file may try as many passwords as a machine
 * can, and formats that make their key fast are tried fast. A password that the gateway makes is good
 * enough for all.
 *
 * Gives   none where no password is known yet.
 */
export async function guessableFormats(
  sealers: readonly Pick<Sealer, 'format' | 'opensWith' | 'slowKey'>[],
  source: PasswordSource,
  { keys, minBits }: { readonly keys: Pick<TextSealer, 'open'>; readonly minBits: number },
): Promise<readonly string[]> {
  const fast = sealers.filter(({ opensWith, slowKey }) => opensWith === 'password' && !slowKey)
  if (fast.length === 0) return []
  const password = await thoughtOf(source, keys)
  if (password === undefined || passwordBits(password) >= minBits) return []
  return fast.map(({ format }) => format)
}

/** The password of the letter, if somebody thought of it. */
async function thoughtOf(
  { way, before, given, standing, givenNow }: PasswordSource,
  keys: Pick<TextSealer, 'open'>,
): Promise<string | undefined> {
  if (way !== 'given' && way !== 'standing') return undefined
  if (before?.password !== undefined && before.way === way) {
    return secretFrom(await keys.open(before.password, places.letterPassword(before.key))).password
  }
  const stored = way === 'given' ? given : standing
  if (stored !== undefined) return keys.open(stored.text, stored.place)
  return way === 'given' ? givenNow : undefined
}
