import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { reasonOf } from '../errors.js'
import type { FilePlace } from './file-place.js'
import { LogFile, unreadable, type FileState } from './log-file.js'

/** A file and where to begin in it. */
export interface Stretch {
  readonly file: LogFile
  readonly offset: number
}

export interface Way {
  /** Files to read one after the other, oldest first. Whoever takes them closes them. */
  readonly stretches: readonly Stretch[]
  /** Whether the file of the place was found: else lines may be missing. */
  readonly isWhole: boolean
}

/** Rotated files that are looked at. */
const MAX_FILES = 50

const COMPRESSED = /\.(?:gz|bz2|xz|zst|lz4|Z)$/

/**
 * Finds the way from a place to the newest line: the rest of the file that it lies in, whatever name
 * that has by now, and all that was written to later, the log itself at the end.
 *
 * logrotate renames (`mail.log.1`, `mail.log-20261124`), or copies and cuts the file off; both leave
 * a file that begins as the one of the place. Compressed ones cannot be read on.
 *
 * Throws  ERR_EVIDENCE_LOG when the directory or a file cannot be read.
 */
export async function wayFrom(path: string, place: FilePlace): Promise<Way> {
  const files = await openAll(path, await rotatedNames(path))
  const known = await fileOf(place, files)
  const named = files.find(({ file }) => file.path === path)
  // Until a new log has its first line, the last ones may still be written to the old.
  const current = known !== undefined && named?.state.size === 0 ? undefined : named
  const isStillCurrent = known !== undefined && known === named
  const newer = files
    .filter(each => each !== known && each !== named && each.state.modifiedAt > place.notedAt)
    .sort((one, other) => one.state.modifiedAt - other.state.modifiedAt)
  const ordered = isStillCurrent ? [known] : [known, ...newer, current]
  const taken = ordered.filter(each => each !== undefined)
  for (const each of files) if (!taken.includes(each)) await each.file.close()
  return {
    stretches: taken.map(each => ({
      file: each.file,
      offset: each === known ? place.offset : 0,
    })),
    isWhole: known !== undefined,
  }
}

interface Opened {
  readonly file: LogFile
  readonly state: FileState
}

/** Names beside the log that logrotate may have given it, not compressed. */
async function rotatedNames(path: string): Promise<readonly string[]> {
  const directory = dirname(path)
  const name = basename(path)
  const names = await readdir(directory).catch((thrown: unknown) => {
    throw unreadable(directory, reasonOf(thrown), thrown)
  })
  return names
    .filter(each => each.startsWith(`${name}.`) || each.startsWith(`${name}-`))
    .filter(each => !COMPRESSED.test(each))
    .sort()
    .slice(0, MAX_FILES)
    .map(each => join(directory, each))
}

async function openAll(path: string, rotated: readonly string[]): Promise<readonly Opened[]> {
  const opened: Opened[] = []
  for (const each of [...rotated, path]) {
    const file = await LogFile.open(each).catch(async (thrown: unknown) => {
      // A rotated file that cannot be read is missing, which the caller says; the log itself must be there.
      if (each !== path) return undefined
      for (const { file } of opened) await file.close()
      throw thrown
    })
    if (file !== undefined) opened.push({ file, state: await file.state() })
  }
  return opened
}

/** Its own inode if that still holds what it held, else the copy that was made of it. */
async function fileOf(place: FilePlace, files: readonly Opened[]): Promise<Opened | undefined> {
  const isSame = ({ state }: Opened): boolean =>
    state.inode === place.inode && state.device === place.device
  const candidates = [
    ...files.filter(isSame),
    ...files.filter(each => !isSame(each) && place.headBytes > 0),
  ]
  for (const each of candidates) if (await each.file.contains(place)) return each
  return undefined
}
