import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Config } from '../../config/load.js'
import { reasonOf } from '../../errors.js'
import type { PostfixFacts } from '../instance.js'
import type { Account, FileFacts, PathRights, Seen, SocketPath } from './live-facts.js'
import { milterPath } from './our-milter.js'
import { RESOLV_CONF } from './resolver.js'
import { tlsFiles } from './tls-files.js'

const run = promisify(execFile)
const DEADLINE_MS = 5_000

/**
 * Reads what the files of the machine say.
 *
 * Shape   `logFile` is what the follower reads; undefined for the journal.
 * Throws  what the system says when the files of Postfix cannot be read.
 */
export async function readFiles(
  config: Config,
  postfix: PostfixFacts,
  logFile: Seen<string> | undefined,
): Promise<FileFacts> {
  const socket = milterPath(config, postfix)
  const resolvers = [RESOLV_CONF, join(postfix.queueDirectory, RESOLV_CONF)]
  const texts = await Promise.all(
    resolvers.map(
      async path => [path, await readFile(path, 'utf8').catch(() => undefined)] as const,
    ),
  )
  return {
    mainCf: await readFile(join(postfix.configDirectory, 'main.cf'), 'utf8'),
    masterCf: await readFile(join(postfix.configDirectory, 'master.cf'), 'utf8'),
    postfix: await accountOf(postfix.main.get('mail_owner') ?? 'postfix'),
    daemon: await ownerOf(config.state_directory),
    socket: socket === undefined ? undefined : await rightsTo(socket),
    log: logFile?.seen === true ? await rightsTo(logFile.value) : logFile,
    missing: await missingOf(tlsFiles(postfix)),
    resolvConf: new Map(
      texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])),
    ),
  }
}

/** Those of several paths that are not there; one that may not be looked at may be there. */
async function missingOf(paths: readonly string[]): Promise<readonly string[]> {
  const codes = await Promise.all(
    paths.map(async path =>
      stat(path).then(
        () => undefined,
        (thrown: NodeJS.ErrnoException) => thrown.code,
      ),
    ),
  )
  return paths.filter((_, at) => codes[at] === 'ENOENT')
}

/** A user by name or number; undefined when there is none. */
async function accountOf(user: string): Promise<Account | undefined> {
  const options = { timeout: DEADLINE_MS }
  const said = await run('getent', ['passwd', user], options).catch(() => undefined)
  const [name, , uid, gid] = said?.stdout.split(':') ?? []
  return name === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) }
}

async function ownerOf(directory: string): Promise<Account | undefined> {
  const found = await stat(directory).catch(() => undefined)
  return found === undefined ? undefined : accountOf(String(found.uid))
}

/** Who may go to a file: its own rights, and those of every directory above it. */
export async function rightsTo(path: string): Promise<Seen<SocketPath>> {
  try {
    const directories: PathRights[] = []
    for (let above = dirname(path); ; above = dirname(above)) {
      directories.unshift(await rightsOf(above))
      if (above === dirname(above)) break
    }
    return { seen: true, value: { socket: await rightsOf(path), directories } }
  } catch (thrown) {
    return { seen: false, reason: reasonOf(thrown) }
  }
}

async function rightsOf(path: string): Promise<PathRights> {
  const { mode, uid, gid } = await stat(path)
  return { path, mode, uid, gid }
}
