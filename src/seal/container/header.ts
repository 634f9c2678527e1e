import { createHash } from 'node:crypto'
import { z } from 'zod'
import { GatewayError } from '../../errors.js'

export const FORMAT_VERSION = 1
export const KDF = 'PBKDF2-HMAC-SHA2-512'
export const CIPHER = 'AES-256-CTR'
export const MAC = 'HMAC-SHA2-256'

export const SALT_BYTES = 32
export const IV_BYTES = 16
export const TAG_BYTES = 32

/** What we write, and between what we read: less is guessed too soon, more holds up the reader. */
export const ITERATIONS = 600_000
export const MIN_ITERATIONS = 210_000
export const MAX_ITERATIONS = 2_000_000

/** Bytes of a payload that anybody opens: what a browser can hold several times. */
export const MAX_PAYLOAD = 2 ** 29

/** Characters of a header as JSON at most, and of one line of the file. */
export const MAX_HEADER = 900

/** A letter from the gateway to a recipient, or an answer to one. */
export const KINDS = ['letter', 'answer'] as const
export type ContainerKind = (typeof KINDS)[number]

/** What stands readable before the ciphertext; the code covers it. */
export interface ContainerHeader {
  readonly kind: ContainerKind
  readonly iterations: number
  readonly salt: Buffer
  readonly iv: Buffer
  /** Bytes of the payload, and of the ciphertext. */
  readonly length: number
  /** The message's reference, by which the password is found again. */
  readonly reference: string
  /** Whom the letter was for: `recipientToken`. */
  readonly recipient: string
}

/**
 * The header as it is written: JSON in ASCII on one line, its members always in the same order.
 *
 * Source  docs/reference/letter-format.md
 */
export function writeHeader(header: ContainerHeader): string {
  return JSON.stringify({
    v: FORMAT_VERSION,
    kind: header.kind,
    kdf: KDF,
    iter: header.iterations,
    enc: CIPHER,
    mac: MAC,
    salt: header.salt.toString('base64'),
    iv: header.iv.toString('base64'),
    len: header.length,
    ref: header.reference,
    rcpt: header.recipient,
  })
}

/**
 * Reads a header.
 *
 * Throws  ERR_SEAL_MALFORMED when it isn't exactly what version 1 writes: another algorithm, another
 *         order, iterations below the floor or above the ceiling, a member more or less.
 */
export function readHeader(text: string): ContainerHeader {
  if (text.length > MAX_HEADER) malformed('its header is too long')
  const { success, data } = SCHEMA.safeParse(parsed(text))
  if (!success) malformed('its header is not that of version 1')
  const header = Object.freeze({
    kind: data.kind,
    iterations: data.iter,
    salt: Buffer.from(data.salt, 'base64'),
    iv: Buffer.from(data.iv, 'base64'),
    length: data.len,
    reference: data.ref,
    recipient: data.rcpt,
  })
  // One header has one spelling, so that two programs can't read two things in it.
  if (writeHeader(header) !== text) malformed('its header is written in another way')
  return header
}

/**
 * Names a recipient to who knows the address and the reference already, and says it to nobody else.
 *
 * Gives   16 characters of base64url: the front of SHA-256 over reference, NUL and address in lower
 *         case.
 */
export function recipientToken(reference: string, address: string): string {
  const hash = createHash('sha256').update(`${reference}\0${address.toLowerCase()}`)
  return hash.digest('base64url').slice(0, 16)
}

/** Throws ERR_SEAL_MALFORMED. */
export function malformed(reason: string): never {
  throw new GatewayError('ERR_SEAL_MALFORMED', { reason })
}

export const REFERENCE = /^[0-9A-Za-z][0-9A-Za-z.-]{0,63}$/

const base64Of = (bytes: number): RegExp => {
  const digits = Math.ceil((bytes * 8) / 6)
  return new RegExp(`^[A-Za-z0-9+/]{${digits}}={${(4 - (digits % 4)) % 4}}$`)
}

const SCHEMA = z.strictObject({
  v: z.literal(FORMAT_VERSION),
  kind: z.enum(KINDS),
  kdf: z.literal(KDF),
  iter: z.int().min(MIN_ITERATIONS).max(MAX_ITERATIONS),
  enc: z.literal(CIPHER),
  mac: z.literal(MAC),
  salt: z.string().regex(base64Of(SALT_BYTES)),
  iv: z.string().regex(base64Of(IV_BYTES)),
  len: z.int().min(1).max(MAX_PAYLOAD),
  ref: z.string().regex(REFERENCE),
  rcpt: z.string().regex(/^[A-Za-z0-9_-]{16}$/),
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
