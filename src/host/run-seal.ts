import type { Mail } from '../message/mail.js'
import { mostLetterBytes, sizeFacts, type SizeFacts } from '../seal/letter-size.js'
import type { PasswordText, FinishedLetter, LetterForm, SealOrder } from '../seal/letter.js'
import { GatewayError } from '../errors.js'
import { collectLetter } from './check-letter.js'
import { ResultError } from './check-result.js'
import { describeThrown, pluginError } from './plugin-error.js'
import type { StartedPlugin } from './started-plugin.js'
import { unlessAborted } from './unless-aborted.js'

/** A format that letters can be sealed in. */
export interface Sealer {
  /** Name of the plugin without its stage: `html`. */
  readonly format: string
  readonly opensWith: 'password' | 'certificate' | 'pgp-key'
  /** Whether guessing its password takes long; see `LetterForm`. */
  readonly slowKey: boolean
  /** Bytes of the letter's body at most. */
  sizeOf(facts: SizeFacts): number
  /**
   * Throws  ERR_SEAL_KEY when it can use no key of the recipient; ERR_HOST_PLUGIN, which quotes nothing
   *         of message or password; ERR_HOST_ABORTED.
   */
  seal(order: SealOrder, signal: AbortSignal): Promise<FinishedLetter>
}

/** A plugin of the stage `seal` as the gateway uses it. */
export function sealerOf(plugin: StartedPlugin): Sealer {
  const { name, letter } = plugin.info
  if (letter === undefined) throw pluginError(name, 'does not say what its letter is')
  const sizeOf = (facts: SizeFacts): number => mostLetterBytes(letter.growth, facts)
  return Object.freeze({
    format: name.slice(name.indexOf('/') + 1),
    opensWith: letter.opensWith,
    slowKey: letter.slowKey === true,
    sizeOf,
    seal: async ({ mail, ...facts }: SealOrder, signal: AbortSignal) => {
      const raw = await orAborted(plugin.run(mail, facts, signal), signal)
      try {
        const { fields, body } = await orAborted(
          collectLetter(raw, mostBytesFor(mail, letter.growth)),
          signal,
        )
        return Object.freeze({ fields, body })
      } catch (thrown) {
        if (thrown instanceof GatewayError) throw thrown
        const reason = thrown instanceof ResultError ? thrown.message : describeThrown(thrown)
        throw pluginError(name, reason)
      }
    },
  })
}

/** Bytes of a letter's body at most, for this message. */
export function mostBytesFor(mail: Mail, growth: LetterForm['growth']): number {
  return mostLetterBytes(growth, sizeFacts(mail))
}

/** Hands a password to a plugin of the stage `notify`; resolves when it is taken. */
export async function runNotify(
  plugin: StartedPlugin,
  message: PasswordText,
  signal: AbortSignal,
): Promise<void> {
  await orAborted(plugin.run(undefined, message, signal), signal)
}

function orAborted<T>(work: T | Promise<T>, signal: AbortSignal): Promise<T> {
  return unlessAborted(work, signal, () => new GatewayError('ERR_HOST_ABORTED'))
}
