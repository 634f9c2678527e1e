import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GatewayError, reasonOf } from '../errors.js'
import { syncDirectory } from '../postfix/atomic-file.js'
import type { MapType } from '../postfix/map-type.js'
import { outputOf, type RunPostfix } from '../postfix/run.js'
import type { LevelEntry } from '../store/admin.js'
import { MAP_NAMES, mapEntries, type EntryOptions, type MapName, type Refusal } from './entries.js'
import { contentOf, entriesIn, mapText } from './text.js'

export interface MapOptions extends EntryOptions {
  readonly levels: Iterable<LevelEntry>
  readonly directory: string
  readonly mapType: MapType
  /** Name of the TLS profile that the levels were found with. */
  readonly profile: string
  readonly run: RunPostfix
}

/** How one map differs from the file that is there. */
export interface MapChange {
  readonly name: MapName
  readonly path: string
  readonly entries: number
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
  /** The text is the same, but its compiled form is missing. */
  readonly uncompiled: boolean
}

export interface MapsResult {
  /** Maps that are not as they should be. */
  readonly changes: readonly MapChange[]
  readonly refused: readonly Refusal[]
}

/** Compiling 100,000 entries takes a second; a slow disk more. */
const POSTMAP_MS = 120_000

/** Endings of the compiled forms. */
const COMPILED: Readonly<Record<MapType, string | undefined>> = {
  cdb: '.cdb',
  lmdb: '.lmdb',
  hash: '.db',
  texthash: undefined,
}

/** Compares the maps with the levels; writes nothing. */
export async function compareMaps(options: MapOptions): Promise<MapsResult> {
  const { changes, refused } = await comparison(options)
  return { changes: changes.map(({ change }) => change), refused }
}

/**
 * Writes the maps that differ from what is there by more than their header line.
 *
 * Each is compiled under another name first; then the compiled form and the text are put in place, in
 * this order, so that Postfix sees the old map or the new one, and a crash in between is made good by
 * the next run.
 *
 * Throws  ERR_MAPS_WRITE when the directory cannot be written, ERR_POSTFIX_REFUSED when postmap(1)
 *         refuses a map; what was there stays in force.
 */
export async function writeMaps(options: MapOptions): Promise<MapsResult> {
  const { changes, refused } = await comparison(options)
  const { directory } = options
  try {
    await makeDirectory(directory)
    for (const { change, text } of changes) await writeMap(change.name, text, options)
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown
    throw new GatewayError('ERR_MAPS_WRITE', { directory, reason: reasonOf(thrown) }, thrown)
  }
  return { changes: changes.map(({ change }) => change), refused }
}

/**
 * Makes maps that are not there, without any domain, and compiled forms that are not there, of the
 * maps as they are. A lane cannot start without them.
 */
export async function ensureMaps(options: Omit<MapOptions, 'levels'>): Promise<void> {
  const { directory, mapType } = options
  const { entries } = mapEntries([], options)
  const time = new Date(options.now).toISOString()
  await makeDirectory(directory)
  for (const name of MAP_NAMES) {
    const path = join(directory, name)
    const isWhole = (await isThere(path)) && (await isThere(`${path}${COMPILED[mapType] ?? ''}`))
    if (isWhole) continue
    const empty = mapText(name, entries[name], { profile: options.profile, time })
    const text = await readFile(path, 'utf8').catch(() => empty)
    await writeMap(name, text, options)
  }
}

interface Comparison {
  readonly changes: readonly { readonly change: MapChange; readonly text: string }[]
  readonly refused: readonly Refusal[]
}

async function comparison(options: MapOptions): Promise<Comparison> {
  const { entries, refused } = mapEntries(options.levels, options)
  const time = new Date(options.now).toISOString()
  const changes: { change: MapChange; text: string }[] = []
  for (const name of MAP_NAMES) {
    const path = join(options.directory, name)
    const text = mapText(name, entries[name], { profile: options.profile, time })
    const old = await readFile(path, 'utf8').catch(() => '')
    const isSame = contentOf(old) === contentOf(text)
    const ending = COMPILED[options.mapType]
    const uncompiled = isSame && ending !== undefined && !(await isThere(`${path}${ending}`))
    if (isSame && !uncompiled) continue
    const before = entriesIn(old)
    const after = new Map(entries[name].map(({ key, value }) => [key, value]))
    const change = {
      name,
      path,
      entries: after.size,
      added: [...after.keys()].filter(key => !before.has(key)),
      removed: [...before.keys()].filter(key => !after.has(key)),
      changed: [...after]
        .filter(([key, value]) => (before.get(key) ?? value) !== value)
        .map(([key]) => key),
      uncompiled,
    }
    changes.push({ change, text })
  }
  return { changes, refused }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Other programs may read the maps: they say nothing that a DNS query and a handshake would not. */
async function makeDirectory(directory: string): Promise<void> {
  if (await isThere(directory)) return
  await mkdir(directory, { recursive: true })
  await chmod(directory, 0o755)
  await giveTo(directory, await stat(dirname(directory)))
}

async function writeMap(
  name: MapName,
  text: string,
  options: Omit<MapOptions, 'levels'>,
): Promise<void> {
  const { directory, mapType, run } = options
  const owner = await stat(directory)
  const building = await mkdtemp(join(directory, '.new-'))
  try {
    const path = join(building, name)
    await writeFile(path, text, { mode: 0o644 })
    const ending = COMPILED[mapType]
    if (ending !== undefined) {
      await outputOf(run, 'postmap', [`${mapType}:${path}`], { timeoutMs: POSTMAP_MS })
      await put(`${path}${ending}`, join(directory, `${name}${ending}`), owner)
    }
    await put(path, join(directory, name), owner)
    await syncDirectory(directory)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

async function put(from: string, to: string, owner: Owner): Promise<void> {
  const file = await open(from, 'r')
  try {
    await file.chmod(0o644)
    if (process.getuid?.() === 0) await file.chown(owner.uid, owner.gid)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(from, to)
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** What root makes on the command line must still be the daemon's. */
async function giveTo(path: string, { uid, gid }: Owner): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, uid, gid)
}
