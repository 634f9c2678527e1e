import { mkdir, rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Config } from '../../config/load.js'
import { GatewayError, reasonOf } from '../../errors.js'
import { writeAtomically } from '../atomic-file.js'
import type { PostfixFacts } from '../instance.js'
import type { RunPostfix } from '../run.js'
import { checkPostfix, reloadIfRunning } from './check-postfix.js'
import { cfPaths } from './paths.js'
import type { CurrentFiles } from './plan.js'
import { makeSocketDirectory } from './socket-directory.js'

/** The files of an instance as they are to become. */
export interface Target {
  readonly mainCf: string
  readonly masterCf: string
  /** Files of ours by path; undefined: the file goes away. */
  readonly files: ReadonlyMap<string, string | undefined>
  readonly directories: readonly string[]
}

export interface Steps {
  readonly backup: string
  /** Done once the files of ours are there, before Postfix hears of them. */
  readonly prepare: () => Promise<void>
  /** Throws when Postfix does not see what was written. */
  readonly verify: () => Promise<void>
  /** Done when everything else was put back. */
  readonly revert: () => Promise<void>
}

interface Instance {
  readonly facts: PostfixFacts
  readonly files: CurrentFiles
}

/**
 * Writes the files of an instance, has Postfix check them, and makes it read them if it runs. When
 * anything fails, all files are as they were.
 *
 * Gives   whether Postfix runs.
 * Throws  ERR_POSTFIX_SETUP with the reason and the place of the backup; ERR_POSTFIX_HALF when not
 *         even that could be put back.
 */
export async function writeInstance(
  { facts, files }: Instance,
  target: Target,
  { config, run }: { readonly config: Config; readonly run: RunPostfix },
  steps: Steps,
): Promise<boolean> {
  try {
    for (const path of target.directories) await makeSocketDirectory(path, config, facts)
    await writeOwn(target.files)
    await steps.prepare()
    await writeCf(facts, target)
    await steps.verify()
    await checkPostfix(run, facts)
    return await reloadIfRunning(run)
  } catch (thrown) {
    const reason = reasonOf(thrown)
    const { backup } = steps
    try {
      await writeCf(facts, files)
      await writeOwn(new Map([...target.files.keys()].map(path => [path, files.own.get(path)])))
      for (const path of target.directories) await rmdir(path).catch(ignoreAbsent)
      await steps.revert()
      await reloadIfRunning(run)
    } catch (second) {
      const fields = { reason, second: reasonOf(second), backup }
      throw new GatewayError('ERR_POSTFIX_HALF', fields, thrown)
    }
    throw new GatewayError('ERR_POSTFIX_SETUP', { reason, backup }, thrown)
  }
}

/** Throws ERR_POSTFIX_ROOT for everybody else: postfix(1) is reserved for root. */
export function needRoot({ configDirectory }: Pick<PostfixFacts, 'configDirectory'>): void {
  if (process.getuid?.() !== 0) {
    throw new GatewayError('ERR_POSTFIX_ROOT', { directory: configDirectory })
  }
}

/** master.cf first: a service that nobody uses does no harm, a transport that is not there does. */
async function writeCf(
  { configDirectory }: Pick<PostfixFacts, 'configDirectory'>,
  { mainCf, masterCf }: Pick<Target, 'mainCf' | 'masterCf'>,
): Promise<void> {
  const { main, master } = cfPaths(configDirectory)
  await writeAtomically(master, masterCf, 0o644)
  await writeAtomically(main, mainCf, 0o644)
}

async function writeOwn(files: Target['files']): Promise<void> {
  for (const [path, text] of files) {
    if (text === undefined) {
      await rm(path, { force: true })
      // Other files may be left there on purpose.
      await rmdir(dirname(path)).catch(ignoreAbsent)
      continue
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o755 })
    await writeAtomically(path, text, 0o644)
  }
}

function ignoreAbsent(thrown: NodeJS.ErrnoException): void {
  if (thrown.code !== 'ENOENT' && thrown.code !== 'ENOTEMPTY') throw thrown
}
