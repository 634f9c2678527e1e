import { createDecipheriv, timingSafeEqual } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { GatewayError } from '../../errors.js'
import { malformed, type ContainerHeader } from './header.js'
import { deriveKeys, startMac, type ContainerKeys } from './keys.js'

export interface SealedContainer {
  readonly header: ContainerHeader
  readonly ciphertext: Buffer
  readonly tag: Buffer
}

/** Bytes between two turns of other work. */
const SLICE = 2 ** 20

/**
 * Opens a container: the code is checked over all of it before the first byte is decrypted.
 *
 * Throws  ERR_SEAL_MALFORMED for a ciphertext of another length than the header says;
 *         ERR_SEAL_REFUSED when the password is wrong or a byte was changed: nobody can tell which.
 */
export async function openContainer(
  container: SealedContainer,
  password: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const { header, ciphertext } = container
  if (ciphertext.length !== header.length) malformed('it is not as long as its header says')
  return openWithKeys(container, await deriveKeys(password, header), signal)
}

/** The same, with keys that were derived before. */
export async function openWithKeys(
  { header, ciphertext, tag }: SealedContainer,
  keys: ContainerKeys,
  signal: AbortSignal,
): Promise<Buffer> {
  const mac = startMac(keys, header)
  for (let at = 0; at < ciphertext.length; at += SLICE) {
    signal.throwIfAborted()
    mac.update(ciphertext.subarray(at, at + SLICE))
    await nextTurn()
  }
  const wanted = mac.digest()
  if (tag.length !== wanted.length || !timingSafeEqual(tag, wanted))
    throw new GatewayError('ERR_SEAL_REFUSED')
  const decipher = createDecipheriv('aes-256-ctr', keys.cipher, header.iv)
  const payload = Buffer.alloc(ciphertext.length)
  for (let at = 0; at < ciphertext.length; at += SLICE) {
    signal.throwIfAborted()
    decipher.update(ciphertext.subarray(at, at + SLICE)).copy(payload, at)
    await nextTurn()
  }
  return payload
}
