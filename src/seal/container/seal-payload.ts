import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { bug } from '../../errors.js'
import { IV_BYTES, SALT_BYTES, type ContainerHeader } from './header.js'
import { startMac, type ContainerKeys } from './keys.js'

/** Bytes that can be read as often as is needed, in pieces; each piece may be overwritten later. */
export interface Payload {
  readonly size: number
  chunks(): AsyncIterable<Buffer>
}

/**
 * Salt and initial counter of a container, from a secret that is kept with the password and from the
 * payload: the same payload gives the same letter again, and another payload never meets the same
 * key and counter (a synthetic initialisation vector).
 *
 * Shape   `seed` 32 random bytes that nobody outside learns.
 */
export async function drawSalt(
  seed: Uint8Array,
  context: string,
  payload: Payload,
): Promise<Pick<ContainerHeader, 'salt' | 'iv'>> {
  if (seed.length < 32) bug('a seed has 32 bytes')
  const digest = createHash('sha256')
  for await (const chunk of payload.chunks()) {
    digest.update(chunk)
    await nextTurn()
  }
  const drawn = createHmac('sha512', seed).update(`${context}\0`).update(digest.digest()).digest()
  return {
    salt: drawn.subarray(0, SALT_BYTES),
    iv: drawn.subarray(SALT_BYTES, SALT_BYTES + IV_BYTES),
  }
}

/**
 * Encrypts a payload piece by piece, then authenticates header and ciphertext.
 *
 * Gives   the ciphertext in pieces as they came, and at last the code of 32 bytes (`tag`); other work
 *         has its turn between two pieces.
 * Throws  ERR_BUG when the payload isn't as long as the header says.
 * Source  NIST SP 800-38A, section 6.5: the counter is all 16 bytes, big-endian; RFC 2104
 */
export async function* sealPayload(
  payload: Payload,
  header: ContainerHeader,
  keys: ContainerKeys,
): AsyncGenerator<{ readonly ciphertext: Buffer } | { readonly tag: Buffer }, void, undefined> {
  const cipher = createCipheriv('aes-256-ctr', keys.cipher, header.iv)
  const mac = startMac(keys, header)
  let sealed = 0
  for await (const chunk of payload.chunks()) {
    const ciphertext = cipher.update(chunk)
    mac.update(ciphertext)
    sealed += ciphertext.length
    yield { ciphertext }
    await nextTurn()
  }
  if (sealed !== header.length) bug('a payload is not as long as its header says')
  yield { tag: mac.digest() }
}
