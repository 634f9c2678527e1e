import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Directories of a queue with their mode and, where it is not Postfix's own, their group. */
const QUEUE: readonly (readonly [name: string, mode: number, group?: 'postdrop'])[] = [
  ...['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming'].map(
    name => [name, 0o700] as const,
  ),
  ...['private', 'saved', 'trace'].map(name => [name, 0o700] as const),
  ['maildrop', 0o730, 'postdrop'],
  ['public', 0o710, 'postdrop'],
]

/** The longest name of a socket that Postfix makes by its full path: sun_path holds 107 characters. */
const LONGEST = 107 - '/queue/public/postlog'.length

const DATA_PREFIX = 'postfix-sandbox-'

/**
 * Makes the directories of a private Postfix with the owners and modes of postfix-files.
 *
 * Postfix would make them itself, but its check takes seconds where this takes milliseconds; the
 * file `quick-start` is how `postfix start` is told that there is nothing to check.
 *
 * Gives   the data directory.
 * Throws  an Error when the path is too long, or Postfix is not installed.
 */
export async function makePostfixDirectories(directory: string): Promise<string> {
  if (Buffer.byteLength(directory) > LONGEST)
    throw new Error(`the path of a private Postfix may have ${LONGEST} bytes at most: ${directory}`)
  const owner = await postfixOwner()
  const queue = join(directory, 'queue')
  for (const path of [directory, queue, join(directory, 'config'), join(queue, 'pid')]) {
    await mkdir(path, { recursive: true })
    await chmod(path, 0o755)
  }
  for (const [name, mode, group] of QUEUE) {
    await mkdir(join(queue, name), { recursive: true })
    await chown(join(queue, name), owner.uid, group === undefined ? owner.gid : owner.postdrop)
    await chmod(join(queue, name), mode)
  }
  await writeFile(join(queue, 'quick-start'), '')
  return makeDataDirectory(directory, owner)
}

/** Removes what lies outside `directory`; the rest belongs to the caller. */
export async function removeOutsideData(directory: string): Promise<void> {
  const path = await readFile(join(directory, 'data-directory'), 'utf8').catch(() => '')
  if (path.startsWith(join(tmpdir(), DATA_PREFIX))) await rm(path, { recursive: true, force: true })
}

/** The few files that the resolver looks for inside a chroot. */
export async function fillChroot(queueDirectory: string): Promise<void> {
  await mkdir(join(queueDirectory, 'etc'), { recursive: true })
  for (const name of ['services', 'hosts', 'resolv.conf', 'nsswitch.conf', 'localtime']) {
    const content = await readFile(join('/etc', name)).catch(() => undefined)
    if (content !== undefined) await writeFile(join(queueDirectory, 'etc', name), content)
  }
}

/**
 * The data directory is the one thing that Postfix opens by its full name as its own user, so below
 * a directory that only root may enter (/root) it goes to the temporary directory instead.
 */
async function makeDataDirectory(directory: string, owner: PostfixOwner): Promise<string> {
  const path = (await isReachable(directory))
    ? join(directory, 'data')
    : await mkdtemp(join(tmpdir(), DATA_PREFIX))
  await mkdir(path, { recursive: true })
  await chown(path, owner.uid, owner.gid)
  await chmod(path, 0o700)
  await writeFile(join(directory, 'data-directory'), path)
  return path
}

async function isReachable(directory: string): Promise<boolean> {
  for (let path = directory; ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false
    if (path === dirname(path)) return true
  }
}

interface PostfixOwner {
  readonly uid: number
  readonly gid: number
  readonly postdrop: number
}

async function postfixOwner(): Promise<PostfixOwner> {
  const user = (await readFile('/etc/passwd', 'utf8')).match(/^postfix:[^:]*:(\d+):(\d+):/m)
  const group = (await readFile('/etc/group', 'utf8')).match(/^postdrop:[^:]*:(\d+):/m)
  if (user === null || group === null)
    throw new Error('there is no user postfix or no group postdrop: install the package postfix')
  return { uid: Number(user[1]), gid: Number(user[2]), postdrop: Number(group[1]) }
}
