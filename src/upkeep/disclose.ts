import { GatewayError } from '../errors.js'
import type { PasswordText } from '../seal/letter.js'
import { places } from '../seal/places.js'
import { secretFrom } from '../seal/secret.js'
import type { TextSealer } from '../seal/key-file.js'
import type { Notice } from '../store/outbox.js'
import type { LetterEntry, PasswordAct, SealingStore } from '../store/sealing.js'

/** What a notice about a password needs besides itself. */
export interface Disclosure {
  /** The letter that a notice is about, with its password; undefined when it is kept no longer. */
  secretOf(notice: Notice): Promise<Secret | undefined>
  /** Hands a password to whoever sends text messages. */
  sendText(message: PasswordText): Promise<void>
  /** Puts on record that a password was told. */
  told(notice: Notice, letter: LetterEntry): Promise<void>
}

export interface Secret {
  readonly letter: LetterEntry
  readonly password: string
  readonly telephone: string | undefined
}

export interface DisclosureParts {
  readonly sealing: Pick<SealingStore, 'letter' | 'auditPassword'>
  readonly keys: TextSealer
  /** The plugin that sends text messages at this moment; undefined: none is there. */
  readonly notifier: () =>
    ((message: PasswordText, signal: AbortSignal) => Promise<void>) | undefined
  readonly timeoutMs: number
}

/** Passwords of letters, for the notices that tell them. */
export function disclosure({ sealing, keys, notifier, timeoutMs }: DisclosureParts): Disclosure {
  return Object.freeze({
    async secretOf({ key }: Notice) {
      const letter = await sealing.letter(key)
      if (letter?.password === undefined) return undefined
      const { password } = secretFrom(await keys.open(letter.password, places.letterPassword(key)))
      const { telephone } = letter
      const number =
        telephone === undefined
          ? undefined
          : await keys.open(telephone, places.letterTelephone(key))
      return { letter, password, telephone: number }
    },
    async sendText(message: PasswordText) {
      const notify = notifier()
      if (notify === undefined) throw new GatewayError('ERR_SEAL_NO_NOTIFIER')
      await notify(message, AbortSignal.timeout(timeoutMs))
    },
    told: ({ kind, reference }: Notice, { customer, domain }: LetterEntry) => {
      const act: PasswordAct['act'] = kind === 'sms' ? 'password-sms' : 'password-notice'
      return sealing.auditPassword({
        customer,
        by: 'postseal',
        act,
        object: reference,
        detail: `letter to ${domain}`,
      })
    },
  })
}
