import type { Mail } from '../message/mail.js'
import type { SizeFacts } from './letter-size.js'

/** Languages that we write in. */
export const LANGUAGES = ['de', 'fr', 'it', 'en'] as const
/** One of the languages that we write in. */
export type Language = (typeof LANGUAGES)[number]

/** How a company presents itself in letters and notices; every text has a default. */
export interface LetterStyle {
  readonly company: string
  /** `data:` URL of an image, at most 100 KiB; never an address. */
  readonly logo: string | undefined
  /** `#rrggbb` */
  readonly colour: string
  /** Neutral subject of the outer mail, by language. */
  readonly subject: Readonly<Record<Language, string>>
  /** Where the recipient asks when in doubt: a telephone number or an address, shown as text. */
  readonly contact: string
}

/** What is to be sealed, for one recipient. */
export interface SealOrder {
  /** The message as it came, all parts. */
  readonly mail: Mail
  readonly recipient: string
  /** The sender's real address, as the recipient knows it. */
  readonly sender: string
  /** The message's reference number, which the sender can confirm. */
  readonly reference: string
  /** Language of the outer mail. */
  readonly language: Language
  readonly style: LetterStyle
  /** Formats with a password: as it is shown, `XXXX-XXXX-XXXX-XXXX` or what somebody thought of. */
  readonly password: string | undefined
  /**
   * 32 random bytes of the gateway's generator, kept with the password as secret as that: the same
   * message gives the same letter again.
   */
  readonly seed: Uint8Array
  /** PEM certificates, or armoured public keys, of the recipient; for formats with keys. */
  readonly keys: readonly string[]
  /** Where the password comes from, for the cover text. */
  readonly passwordWay: 'sender' | 'standing' | 'agreed' | 'office' | 'sms' | undefined
}

/**
 * A message that says only what it must: it takes the place of header and body. The gateway keeps
 * From, To, Date and Message-ID of the message and puts these in place of every other content field.
 */
export interface SealedLetter {
  /** `Subject`, `MIME-Version`, `Content-Type`, `Content-Transfer-Encoding`, in this order. */
  readonly fields: readonly { readonly name: string; readonly value: string }[]
  /** The body, CRLF line ends, lines under 998 characters. */
  readonly body: AsyncIterable<Buffer>
  readonly bodyBytes: number
}

/** An order without the message: plain data, which can travel to another thread. */
export type SealFacts = Omit<SealOrder, 'mail'>

/** A letter whose body is at hand and was checked. */
export interface FinishedLetter {
  readonly fields: SealedLetter['fields']
  readonly body: Buffer
}

/** What is known of a format before anything is sealed; plain data, so that it can be told by a worker. */
export interface LetterForm {
  readonly opensWith: SealFormat['opensWith']
  /**
   * Bytes of the letter's body at most: `factor` times those of the message, and `plus`; for a letter with
   * a view (text, harmless HTML and list of files beside the message) `view` times what that takes at most.
   */
  readonly growth: { readonly factor: number; readonly plus: number; readonly view?: number }
  /**
   * Whether its key takes so long to make of a password that one of `min_password_length` will do; else a
   * password that somebody thought of must have `min_password_bits`.
   */
  readonly slowKey?: boolean
}

/** A text message with a password, for one telephone. */
export interface PasswordText {
  /** `+` and 7 to 15 digits (E.164). */
  readonly to: string
  readonly text: string
  /** The same for the same message in every try: whoever takes it may drop a second one. */
  readonly id: string
}

/** One container format: `html`, `pdf`, `zip`, `smime`, `pgp`. */
export interface SealFormat {
  readonly name: string
  /** What the recipient opens it with. */
  readonly opensWith: 'password' | 'certificate' | 'pgp-key'
  /** Bytes of the letter's body at most; decided before sealing. */
  sizeOf(facts: SizeFacts): number
  seal(order: SealOrder, signal: AbortSignal): Promise<SealedLetter>
}

/** An answer to a letter, opened: still to be made a mail of by the gateway. */
export interface OpenedAnswer {
  /** Of the letter that it answers. */
  readonly reference: string
  readonly subject: string
  /** Line ends as LF. */
  readonly text: string
  /** Milliseconds since 1970 by the clock of who wrote it, UTC. */
  readonly writtenAt: number | null
  readonly files: readonly {
    /** Cleaned, and different from the others. */
    readonly name: string
    /** Media type as the recipient's browser claims it. */
    readonly type: string
    readonly content: Buffer
  }[]
}
