import { createECDH, randomBytes } from 'node:crypto'

/** Curves of TLS by the names that OpenSSL has for them. */
const CURVES: Readonly<Record<number, string>> = {
  23: 'prime256v1',
  24: 'secp384r1',
  25: 'secp521r1',
  31: 'brainpoolP256r1',
  32: 'brainpoolP384r1',
  33: 'brainpoolP512r1',
}

/** Bytes of a public value that may be any number. */
const SIZES: Readonly<Record<number, number>> = {
  29: 32,
  30: 56,
  256: 256,
  257: 384,
  258: 512,
  259: 768,
  260: 1024,
}

/**
 * A public value for a group, whose secret nobody needs: the handshake is not gone through with.
 *
 * Gives   undefined for groups that take more than that
 * Source  RFC 8446, 4.2.8
 */
export function keyShare(
  group: number,
): { readonly group: number; readonly value: Buffer } | undefined {
  const curve = CURVES[group]
  if (curve !== undefined) return { group, value: createECDH(curve).generateKeys() }
  const size = SIZES[group]
  if (size === undefined) return undefined
  const value = randomBytes(size)
  // Below the prime, which begins with ones, and above one.
  value[0] = 0x7f
  return { group, value }
}
