import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GatewayError } from '../errors.js'

/**
 * Writes a file so that at every moment, also through a power cut, either the old or the new one is
 * there. One that exists keeps its owner and mode, and a link keeps pointing at it.
 */
export async function writeAtomically(path: string, text: string, mode: number): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const old = await stat(target).catch(() => undefined)
  const temporary = join(dirname(target), `.postseal-${randomBytes(8).toString('hex')}`)
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(text)
    // Changing the owner takes the right to; a file of another's is replaced by one of ours then.
    if (old !== undefined && process.getuid?.() === 0) await file.chown(old.uid, old.gid)
    await file.chmod((old?.mode ?? mode) & 0o7777)
    await file.sync()
    await file.close()
    await rename(temporary, target)
  } catch (thrown) {
    await file.close().catch(() => undefined)
    await rm(temporary, { force: true })
    throw thrown
  }
  await syncDirectory(dirname(target))
}

/** Makes a rename or removal in a directory last through a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Reads a file that this user wrote: one that lies below a directory of the daemon's could have been
 * put there by the daemon, and what it says is done to the files of Postfix.
 *
 * Gives   undefined when there is none.
 * Throws  ERR_POSTFIX_OWNER when it belongs to somebody else.
 */
export async function readOwned(path: string): Promise<string | undefined> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw thrown
  }
  try {
    if ((await file.stat()).uid !== process.getuid?.()) {
      throw new GatewayError('ERR_POSTFIX_OWNER', { file: path })
    }
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}
