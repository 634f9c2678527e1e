/** How a file is protected, by the options that it was made with. */
export type Guard = 'strong' | 'weak' | 'mixed' | 'none'

/** What an oracle opens of a file without a secret. */
export type Opening = 'whole' | 'partly' | 'never'

/** A file made by a program that is no part of ours, and what that program says of it. */
export interface Variant {
  readonly name: string
  readonly bytes: Buffer
  readonly guard: Guard
  readonly opens: Opening
  /** Whether the oracle opens it with the secret that it was made with. */
  readonly opensWithSecret: boolean
  /** Whether the bytes are a whole message with its header, and not a file. */
  readonly isMessage?: boolean
}

/** A letter that no oracle may get at. */
export const LETTER_TEXT = Buffer.from(
  'Content-Type: text/plain; charset=utf-8\r\n\r\nBefund und Diagnose, streng vertraulich.\r\n',
)
