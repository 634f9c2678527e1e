import { join } from 'node:path'
import type { WantedLanes } from '../lanes/wanted.js'
import { keyOf } from '../lanes/their-services.js'
import type { Service } from '../services.js'
import type { Change } from './change.js'
import { entryOf, parseCf, type Piece } from './cf-file.js'
import type { SetupRecord } from './record.js'
import { withOption, serviceIn, serviceText, valueIn } from './texts.js'
import { undoneService, undoneSetting } from './undone.js'

/** The files of an instance as they are. */
export interface CurrentFiles {
  readonly configDirectory: string
  readonly mainCf: string
  readonly masterCf: string
  /** Texts of files that setup would write, by path; those that are not there are left out. */
  readonly own: ReadonlyMap<string, string>
  /** Directories that setup would make and that are there. */
  readonly directories: ReadonlySet<string>
}

/**
 * What has to change so that the files say what is wanted. What an earlier setup made and is no longer
 * wanted goes away; what the administrator has made of it since stays.
 */
export function planChanges(
  wanted: WantedLanes,
  directories: readonly string[],
  files: CurrentFiles,
  record: SetupRecord | undefined,
): readonly Change[] {
  const { configDirectory } = files
  return [
    ...directories.filter(path => !files.directories.has(path)).map(newDirectory),
    ...wanted.files.flatMap(({ path, text }) => fileChange(path, text, files)),
    ...serviceChanges(wanted, parseCf(files.masterCf, 'master'), record).map(change => ({
      ...change,
      kind: 'service' as const,
      path: join(configDirectory, 'master.cf'),
    })),
    ...settingChanges(wanted, parseCf(files.mainCf, 'main'), record).map(change => ({
      ...change,
      kind: 'setting' as const,
      path: join(configDirectory, 'main.cf'),
    })),
  ].filter(({ before, after }) => before !== after)
}

type EntryChange = Pick<Change, 'key' | 'before' | 'after'>

function settingChanges(
  wanted: WantedLanes,
  pieces: readonly Piece[],
  record: SetupRecord | undefined,
): readonly EntryChange[] {
  const names = new Set(wanted.mainCf.map(({ name }) => name))
  return [
    ...wanted.mainCf.map(({ name, value }) => {
      const before = entryOf(pieces, name)?.text
      const isThere = before !== undefined && valueIn(before) === value
      return { key: name, before, after: isThere ? before : `${name} = ${value}\n` }
    }),
    ...Object.entries(record?.settings ?? {})
      .filter(([name]) => !names.has(name))
      .map(([key, entry]) => {
        const before = entryOf(pieces, key)?.text
        return { key, before, after: undoneSetting(entry, before).text }
      }),
  ]
}

function serviceChanges(
  wanted: WantedLanes,
  pieces: readonly Piece[],
  record: SetupRecord | undefined,
): readonly EntryChange[] {
  const ours = wanted.masterCf.map(service => {
    const key = keyOf(service)
    const before = entryOf(pieces, key)?.text
    const isThere = before !== undefined && isSame(serviceIn(before), service)
    return { key, before, after: isThere ? before : serviceText(service) }
  })
  const given = new Set(wanted.options.map(({ service }) => service))
  // A listener of an earlier setup is no service of the administrator's.
  const isMade = (key: string): boolean => record?.services[key]?.before === null
  const theirs = [...given]
    .filter(key => !isMade(key))
    .map(key => {
      const before = entryOf(pieces, key)?.text
      return {
        key,
        before,
        after: before === undefined ? before : withOptions(before, key, wanted),
      }
    })
  const still = new Set([...ours, ...theirs].map(({ key }) => key))
  const gone = Object.entries(record?.services ?? {})
    .filter(([key]) => !still.has(key))
    .map(([key, entry]) => {
      const before = entryOf(pieces, key)?.text
      return { key, before, after: undoneService(entry, before).text }
    })
  return [...ours, ...theirs, ...gone]
}

function withOptions(text: string, key: string, wanted: WantedLanes): string {
  let result = text
  for (const { service, name, value } of wanted.options) {
    if (service !== key || serviceIn(result)?.options.get(name) === value) continue
    result = withOption(result, name, value)
  }
  return result
}

/** Whether two services do the same; the order of options does not matter. */
function isSame(one: Service | undefined, other: Service): boolean {
  if (one === undefined || one.options.size !== other.options.size) return false
  // Nothing but options, and none of them twice.
  if (one.args.length !== 2 * one.options.size) return false
  const fields = ['private', 'unprivileged', 'chroot', 'wakeup', 'processLimit', 'command'] as const
  if (fields.some(field => one[field] !== other[field])) return false
  return [...other.options].every(([name, value]) => one.options.get(name) === value)
}

function newDirectory(path: string): Change {
  return { kind: 'directory', path, key: path, before: undefined, after: '' }
}

function fileChange(path: string, after: string, { own }: CurrentFiles): readonly Change[] {
  return [{ kind: 'file', path, key: path, before: own.get(path), after }]
}
