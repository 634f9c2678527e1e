import { GatewayError } from '../errors.js'

/** What a letter is made with and can be made again with. */
export interface LetterSecret {
  /** Empty for a letter that opens with a key. */
  readonly password: string
  /** 32 bytes (`SealOrder.seed`). */
  readonly seed: Buffer
}

const SEED_BYTES = 32

/** Password and seed as one text, for the store. */
export function secretText({ password, seed }: LetterSecret): string {
  return seed.toString('hex') + password
}

/**
 * Reads what `secretText` wrote.
 *
 * Throws  ERR_SEAL_SECRET for a text that is none.
 */
export function secretFrom(text: string): LetterSecret {
  const hex = text.slice(0, SEED_BYTES * 2)
  if (!/^[0-9a-f]{64}$/.test(hex))
    throw new GatewayError('ERR_SEAL_SECRET', { reason: 'it is of another version' })
  return { password: text.slice(SEED_BYTES * 2), seed: Buffer.from(hex, 'hex') }
}
