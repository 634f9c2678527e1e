/** How a recipient comes by the password of a letter; `key`: the letter needs none. */
export const PASSWORD_WAYS = ['sender', 'standing', 'given', 'agreed', 'sms', 'key'] as const
export type PasswordWay = (typeof PASSWORD_WAYS)[number]

/**
 * A sealed letter, one for each message and final recipient. Passwords and telephone numbers are
 * sealed with the key file before they come here.
 */
export interface LetterEntry {
  /** That of the recipient in the waiting room: the same in every try. */
  readonly key: string
  readonly customer: string
  readonly reference: string
  readonly sender: string
  readonly recipient: string
  readonly domain: string
  readonly format: string
  readonly way: PasswordWay
  /** Password and seed (src/seal/secret.ts), sealed. */
  readonly password: string | undefined
  readonly telephone: string | undefined
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** What a sender has given for a message, found by the reference of its first pass. */
export interface GivenPassword {
  readonly customer: string
  readonly reference: string
  readonly password: string | undefined
  readonly telephone: string | undefined
  readonly createdAt: number
}

/** A password agreed on for all letters from a domain to a recipient. */
export interface StandingPassword {
  readonly customer: string
  readonly senderDomain: string
  readonly recipient: string
  readonly password: string
  readonly setAt: number
  readonly setBy: string
}

export type StandingKey = Pick<StandingPassword, 'customer' | 'senderDomain' | 'recipient'>

/** A format that the servers of a domain did not take. */
export interface RefusedFormat {
  readonly domain: string
  readonly format: string
  readonly at: number
  readonly said: string
}

export type AnswerOutcome = 'opened' | 'refused'

/** An answer to a letter that was tried to open; nothing of what is in it. */
export interface AnswerEntry {
  /** SHA-256 of the container, hexadecimal. */
  readonly digest: string
  /** Of the letter. */
  readonly key: string
  readonly outcome: AnswerOutcome
  /** What the mail that it came in is known by, so that a further try of the same mail is no other. */
  readonly mail: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** A sealed text in the store, by the place where it stands. */
export interface SealedText {
  readonly table: 'letter' | 'given_password' | 'standing_password'
  readonly column: 'secret' | 'telephone'
  /** Primary key, and what the text is bound to. */
  readonly id: string
  readonly text: string
}

/** What sealing asks of the store. Errors are those of `Store`. */
export interface SealingStore {
  /**
   * Keeps the letter of a key unless there is one, whose password and way then stay: of two tries, or
   * two gateways, one brings the password. Only where the way was `key`, a way with a password takes its
   * place. The format is that of the last try.
   *
   * Gives   the letter as it stands in the store.
   */
  keepLetter(entry: LetterEntry): Promise<LetterEntry>
  letter(key: string): Promise<LetterEntry | undefined>
  /** Notes that a letter may be in this queue entry, before Postfix is told that it may keep it. */
  addLetterTry(key: string, queueId: string): Promise<void>
  /** By reference or key, newest first; at most 1,000. `id` undefined: all. */
  findLetters(customer: string, id: string | undefined): Promise<readonly LetterEntry[]>
  /** Notes an answer; of several tries the first counts. */
  noteAnswer(entry: AnswerEntry): Promise<void>
  answer(digest: string): Promise<AnswerEntry | undefined>
  /** Answers to the letter of a key that did not open, since a time. */
  countRefusedAnswers(key: string, since: number): Promise<number>
  /** What was given first counts. */
  keepGiven(given: GivenPassword): Promise<void>
  given(reference: string): Promise<GivenPassword | undefined>
  standing(key: StandingKey): Promise<StandingPassword | undefined>
  setStanding(entry: StandingPassword): Promise<void>
  listStanding(customer: string): Promise<readonly StandingPassword[]>
  /** Gives whether there was one. */
  removeStanding(key: StandingKey): Promise<boolean>
  /** Formats that a domain did not take, newest first. */
  refusedFormats(domain: string): Promise<readonly RefusedFormat[]>
  /** Forgets what a domain did not take; gives how many formats that were. */
  allowFormats(domain: string, by: string): Promise<number>
  /** Puts on record that a password was disclosed, set or removed. */
  auditPassword(entry: PasswordAct): Promise<void>
  /** Every sealed text, in pages of at most 500, for the rotation of the key. */
  sealedTexts(after: SealedText | undefined): Promise<readonly SealedText[]>
  /** Replaces a text if it is still the one that was read; gives whether it was. */
  replaceSealed(old: SealedText, text: string): Promise<boolean>
}

export interface PasswordAct {
  readonly customer: string
  readonly by: string
  readonly act:
    | 'password-show'
    | 'password-notice'
    | 'password-sms'
    | 'password-set'
    | 'password-remove'
    | 'password-use'
    | 'answer-open'
  /** The reference of a letter, or the domain of a standing password. */
  readonly object: string
  readonly detail: string
}
