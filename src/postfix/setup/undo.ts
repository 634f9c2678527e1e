import { rename, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readInstance, type PostfixFacts } from '../instance.js'
import type { Remark } from '../lanes/remark.js'
import type { Applied } from './apply.js'
import { makeBackup } from './backup.js'
import type { Change } from './change.js'
import { readFiles, type SetupOptions } from './read-setup.js'
import { cfPaths } from './paths.js'
import type { CurrentFiles } from './plan.js'
import { readRecord, recordFile, setupDirectory, sha256, type SetupRecord } from './record.js'
import { undoneCf } from './undone-cf.js'
import { needRoot, writeInstance } from './write-instance.js'

/** What undo would do to an instance. */
export interface Undo {
  readonly facts: PostfixFacts
  readonly files: CurrentFiles
  readonly record: SetupRecord
  readonly directory: string
  readonly changes: readonly Change[]
  /** What was changed by hand since setup. */
  readonly remarks: readonly Remark[]
  readonly mainCf: string
  readonly masterCf: string
}

/**
 * Looks at what setup did to an instance; changes nothing.
 *
 * Gives   undefined where nothing is to be undone.
 */
export async function readUndo({ config, run }: SetupOptions): Promise<Undo | undefined> {
  const facts = await readInstance(config.postfix, run)
  const directory = setupDirectory(config.state_directory, facts.configDirectory)
  const record = await readRecord(directory)
  if (record === undefined) return undefined
  const files = await readFiles(facts.configDirectory, Object.keys(record.files), [])
  const paths = cfPaths(facts.configDirectory)
  const main = await undoneCf({
    kind: 'main',
    path: paths.main,
    text: files.mainCf,
    written: record.mainCf,
    original: join(record.originals, 'main.cf'),
    entries: record.settings,
  })
  const master = await undoneCf({
    kind: 'master',
    path: paths.master,
    text: files.masterCf,
    written: record.masterCf,
    original: join(record.originals, 'master.cf'),
    entries: record.services,
  })
  const own = undoneFiles(files, record, main.text + master.text)
  return {
    facts,
    files,
    record,
    directory,
    changes: [...main.changes, ...master.changes, ...own.changes],
    remarks: [...main.remarks, ...master.remarks, ...own.remarks],
    mainCf: main.text,
    masterCf: master.text,
  }
}

/**
 * Puts back what was there before setup, after a backup of what is there now.
 *
 * Throws  ERR_POSTFIX_SETUP when Postfix refuses it; then everything is as it was.
 */
export async function applyUndo(
  undo: Undo,
  options: SetupOptions & { readonly now: Date },
): Promise<Applied> {
  const { config, run, now } = options
  needRoot(undo.facts)
  const { directory, record } = undo
  const backup = await makeBackup(undo, now)
  const gone = undo.changes.filter(({ kind }) => kind === 'file').map(({ path }) => path)
  const target = {
    mainCf: undo.mainCf,
    masterCf: undo.masterCf,
    files: new Map(gone.map(path => [path, undefined])),
    directories: [],
  }
  const reloaded = await writeInstance(undo, target, options, {
    backup,
    prepare: async () => undefined,
    verify: async () => {
      await readInstance(config.postfix, run)
    },
    revert: async () => undefined,
  })
  // The socket may still be in its directory; then it stays.
  for (const path of record.directories) await rmdir(path).catch(() => undefined)
  await rename(recordFile(directory), join(backup, 'undone.json'))
  return { backup, reloaded }
}

/** Files of ours that nobody has changed and nothing names any more. */
function undoneFiles(
  { own }: CurrentFiles,
  record: SetupRecord,
  texts: string,
): Pick<Undo, 'changes' | 'remarks'> {
  const changes: Change[] = []
  const remarks: Remark[] = []
  for (const [path, before] of own) {
    const why = texts.includes(path)
      ? 'An entry that was changed by hand still names this file, so it stays.'
      : sha256(before) === record.files[path]
        ? undefined
        : 'The file was changed by hand since setup, so it stays.'
    if (why === undefined) changes.push({ kind: 'file', path, key: path, before, after: undefined })
    else
      remarks.push({
        kind: 'note',
        where: path,
        what: why,
        remedy: 'Remove it when it is not needed.',
      })
  }
  return { changes, remarks }
}
