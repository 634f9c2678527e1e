import { rm } from 'node:fs/promises'
import { GatewayError } from '../../errors.js'
import { keyOf } from '../lanes/their-services.js'
import { changedText } from './apply-changes.js'
import { makeBackup } from './backup.js'
import { entryOf, parseCf, type CfKind } from './cf-file.js'
import { needRoot, writeInstance, type Target } from './write-instance.js'
import { readSetup, type Setup, type SetupOptions } from './read-setup.js'
import { recordFile, sha256, writeRecord, type RecordedEntry, type SetupRecord } from './record.js'

export interface ApplyOptions extends SetupOptions {
  readonly now: Date
  /** Makes the maps that the lanes look into, where there are none yet. */
  readonly ensureMaps: () => Promise<void>
}

export interface Applied {
  /** Where the files are as they were. */
  readonly backup: string
  /** Whether Postfix runs, and so has read its files anew. */
  readonly reloaded: boolean
}

/**
 * Does what `readSetup` found, after a backup.
 *
 * Each file is written as a whole and put in its place at once, not by postconf(1): so comments and
 * order stay, and undo can give back what was there to the byte. master.cf goes first: a service that
 * nobody uses does no harm, a transport that is not there does. When Postfix refuses anything,
 * everything is put back.
 *
 * Throws  ERR_POSTFIX_CONFLICT when something has to be settled first, ERR_POSTFIX_ROOT,
 *         ERR_POSTFIX_SETUP when everything was put back.
 */
export async function applySetup(setup: Setup, options: ApplyOptions): Promise<Applied> {
  const count = setup.remarks.filter(({ kind }) => kind === 'conflict').length
  if (count > 0) throw new GatewayError('ERR_POSTFIX_CONFLICT', { count })
  needRoot(setup.facts)
  const { changes, files, directory } = setup
  const target: Target = {
    mainCf: changedText(
      files.mainCf,
      'main',
      changes.filter(({ kind }) => kind === 'setting'),
    ),
    masterCf: changedText(
      files.masterCf,
      'master',
      changes.filter(({ kind }) => kind === 'service'),
    ),
    files: ownFiles(setup),
    directories: changes.filter(({ kind }) => kind === 'directory').map(({ path }) => path),
  }
  const backup = await makeBackup(setup, options.now)
  const reloaded = await writeInstance(setup, target, options, {
    backup,
    prepare: async () => {
      await writeRecord(directory, recordAfter(setup, target, backup, options.now))
      await options.ensureMaps()
    },
    verify: () => verify(options),
    revert: () => putRecordBack(setup),
  })
  return { backup, reloaded }
}

/** What was written is what Postfix sees, so nothing is left to be done. */
async function verify(options: SetupOptions): Promise<void> {
  const { changes, facts } = await readSetup(options)
  const [first] = changes
  if (first === undefined) return
  throw new GatewayError('ERR_POSTFIX_REFUSED', {
    command: 'postconf',
    reason: `${first.key} in ${facts.configDirectory} is not as it was written`,
  })
}

/** The record as it was before, for what could not be done. */
export async function putRecordBack({ directory, record }: Setup): Promise<void> {
  if (record === undefined) await rm(recordFile(directory), { force: true })
  else await writeRecord(directory, record)
}

/** Files that are wanted, and those of an earlier setup that are not. */
function ownFiles({ wanted, record }: Setup): Target['files'] {
  const gone = Object.keys(record?.files ?? {}).map(path => [path, undefined] as const)
  return new Map([...gone, ...wanted.files.map(({ path, text }) => [path, text] as const)])
}

/** What undo has to know, from now on. */
function recordAfter(setup: Setup, target: Target, backup: string, now: Date): SetupRecord {
  const { facts, wanted, files, record } = setup
  const keys = {
    main: wanted.mainCf.map(({ name }) => name),
    master: [...wanted.masterCf.map(keyOf), ...wanted.options.map(({ service }) => service)],
  }
  return {
    version: 1,
    configDirectory: facts.configDirectory,
    at: now.toISOString(),
    originals: record?.originals ?? backup,
    mainCf: followed(record?.mainCf, files.mainCf, target.mainCf),
    masterCf: followed(record?.masterCf, files.masterCf, target.masterCf),
    settings: entriesAfter('main', keys.main, files.mainCf, target.mainCf, record?.settings),
    services: entriesAfter(
      'master',
      keys.master,
      files.masterCf,
      target.masterCf,
      record?.services,
    ),
    files: Object.fromEntries(wanted.files.map(({ path, text }) => [path, sha256(text)])),
    directories: [...new Set([...(record?.directories ?? []), ...target.directories])],
  }
}

/** The hash of the new text, as long as every change since the originals was ours. */
function followed(recorded: string | undefined, now: string, next: string): string {
  return recorded === undefined || recorded === sha256(now) ? sha256(next) : ''
}

/** What stood there before the first setup stays on record; what is as wanted by itself is not ours. */
function entriesAfter(
  kind: CfKind,
  keys: readonly string[],
  now: string,
  next: string,
  recorded: Readonly<Record<string, RecordedEntry>> = {},
): Record<string, RecordedEntry> {
  const [old, fresh] = [parseCf(now, kind), parseCf(next, kind)]
  const entries = keys.flatMap(key => {
    const before = entryOf(old, key)?.text
    const after = entryOf(fresh, key)?.text
    const known = recorded[key]
    if (after === undefined || (known === undefined && before === after)) return []
    // A change by hand that setup has no need to touch is still the administrator's.
    if (before === after) return known === undefined ? [] : [[key, known] as const]
    return [
      [key, { before: known === undefined ? (before ?? null) : known.before, after }] as const,
    ]
  })
  return Object.fromEntries(entries)
}
