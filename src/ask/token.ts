import { createHash, randomBytes } from 'node:crypto'

/** 128 bits. */
const TOKEN_BYTES = 16
const TOKEN = /^[A-Za-z0-9_-]{22}$/

/** A token for the link of one mail; it stands nowhere but there. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

/**
 * What the store knows a token by: SHA-256, hexadecimal. A look-up by the digest takes the same time
 * whatever part of a guess is right.
 *
 * Gives   undefined for what has not the form of a token.
 */
export function tokenDigest(token: string): string | undefined {
  return TOKEN.test(token) ? createHash('sha256').update(token).digest('hex') : undefined
}
