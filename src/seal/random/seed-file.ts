import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { GatewayError, reasonOf } from '../../errors.js'

/** Source: Ferguson and Schneier, "Practical Cryptography", section 10.7 */
export const SEED_BYTES = 64

/**
 * What an earlier run left as seed.
 *
 * Gives   the bytes, or undefined when there is no file, it cannot be read, or it is of another
 *         length: the system's generator seeds in any case.
 */
export async function readSeed(file: string): Promise<Buffer | undefined> {
  try {
    const handle = await open(file, 'r')
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(SEED_BYTES + 1))
      return bytesRead === SEED_BYTES ? buffer.subarray(0, SEED_BYTES) : undefined
    } finally {
      await handle.close()
    }
  } catch {
    return undefined
  }
}

/**
 * Puts a seed in place of the one there, at once and lastingly: a seed that was used must never be
 * there for a second start.
 *
 * Throws  ERR_SEAL_SEED_FILE when that fails.
 */
export async function writeSeed(file: string, seed: Uint8Array): Promise<void> {
  const beside = join(dirname(file), `.${basename(file)}.${randomUUID()}`)
  try {
    const handle = await open(beside, 'wx', 0o600)
    try {
      await handle.writeFile(seed)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
    await syncDirectory(dirname(file))
  } catch (thrown) {
    await rm(beside, { force: true })
    throw new GatewayError('ERR_SEAL_SEED_FILE', { file, reason: reasonOf(thrown) }, thrown)
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
