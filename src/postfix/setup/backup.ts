import { lstat, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { GatewayError } from '../../errors.js'
import { writeAtomically } from '../atomic-file.js'
import type { CurrentFiles } from './plan.js'
import type { Change } from './change.js'

interface Copied {
  readonly directory: string
  readonly files: CurrentFiles
  readonly changes: readonly Change[]
}

/**
 * Copies main.cf, master.cf and the files of ours to a directory named after the time, beside a JSON
 * file with what every entry to be changed says now.
 *
 * Gives   the directory.
 */
export async function makeBackup(
  { directory, files, changes }: Copied,
  now: Date,
): Promise<string> {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '')
  await makeOwnDirectory(dirname(directory))
  await makeOwnDirectory(directory)
  const backup = await makeNewDirectory(join(directory, stamp))
  const write = (name: string, text: string): Promise<void> =>
    writeAtomically(join(backup, name), text, 0o600)
  await write('main.cf', files.mainCf)
  await write('master.cf', files.masterCf)
  for (const [path, text] of files.own) await write(`own-${basename(path)}`, text)
  const entries = changes.filter(({ kind }) => kind === 'setting' || kind === 'service')
  const before = entries.map(({ path, key, before = null }) => ({ file: path, key, before }))
  await write('before.json', `${JSON.stringify(before, undefined, 2)}\n`)
  return backup
}

/** Two backups may be made within a second. */
async function makeNewDirectory(path: string, count = 1): Promise<string> {
  const name = count === 1 ? path : `${path}-${count}`
  try {
    await mkdir(name, { mode: 0o700 })
    return name
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    return makeNewDirectory(path, count + 1)
  }
}

/**
 * Makes a directory that only this user writes to. It lies below one of the daemon's, which must not
 * be able to put a directory or a link of its own there.
 */
async function makeOwnDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const found = await lstat(path)
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new GatewayError('ERR_POSTFIX_OWNER', { file: path })
  }
}
