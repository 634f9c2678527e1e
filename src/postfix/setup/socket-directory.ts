import { chmod, chown, mkdir, stat } from 'node:fs/promises'
import type { Config } from '../../config/load.js'
import type { PostfixFacts } from '../instance.js'

/** Postfix may enter but not write; what the daemon makes there gets Postfix's group. */
const MODE = 0o2710

/**
 * Makes the directory of the milter's socket below Postfix's queue: it belongs to the user of the
 * daemon, who owns the state directory, and to the group of Postfix, who owns the data directory.
 */
export async function makeSocketDirectory(
  path: string,
  { state_directory: state }: Pick<Config, 'state_directory'>,
  { dataDirectory }: Pick<PostfixFacts, 'dataDirectory'>,
): Promise<void> {
  await mkdir(path, { mode: 0o700 })
  const owner = await stat(state)
  const postfix = await stat(dataDirectory)
  await chown(path, owner.uid, postfix.gid)
  await chmod(path, MODE)
}
