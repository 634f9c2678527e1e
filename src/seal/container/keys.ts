import { createHmac, pbkdf2, type Hmac } from 'node:crypto'
import { promisify } from 'node:util'
import { normalisePassword } from '../password.js'
import { writeHeader, type ContainerHeader } from './header.js'

export interface ContainerKeys {
  readonly cipher: Buffer
  readonly mac: Buffer
}

const KEY_BYTES = 32
const derive = promisify(pbkdf2)

/**
 * Derives both keys of a container from the password: one PBKDF2 block of 64 bytes, so nobody saves
 * work by computing half of it. Runs in a thread of the pool.
 *
 * Shape   the password as somebody typed it; `normalisePassword` is applied.
 * Source  RFC 8018, section 5.2, with HMAC-SHA-512
 */
export async function deriveKeys(
  password: string,
  { salt, iterations }: Pick<ContainerHeader, 'salt' | 'iterations'>,
): Promise<ContainerKeys> {
  const secret = Buffer.from(normalisePassword(password), 'utf8')
  const both = await derive(secret, salt, iterations, 2 * KEY_BYTES, 'sha512')
  secret.fill(0)
  return { cipher: both.subarray(0, KEY_BYTES), mac: both.subarray(KEY_BYTES) }
}

/** The code begun: over the length of the header in 4 bytes, big-endian, and the header. */
export function startMac({ mac }: ContainerKeys, header: ContainerHeader): Hmac {
  const text = Buffer.from(writeHeader(header), 'ascii')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return createHmac('sha256', mac).update(length).update(text)
}
