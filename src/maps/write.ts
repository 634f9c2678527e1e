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
import type { DomainStore } from '../store/verdicts.js'
import { MapDraft, type MapChange } from './draft.js'
import {
  EntryMaker,
  fixedEntries,
  MAP_NAMES,
  type EntryOptions,
  type MapName,
  type Refusal,
} from './entries.js'
import { withLock } from './lock.js'
import { headerText } from './text.js'

/** Where levels come from. */
export type LevelSource = Pick<DomainStore, 'levelsInForce' | 'levelsWithNextHop'>

export interface MapOptions extends EntryOptions {
  readonly levels: LevelSource
  /** Epoch milliseconds. */
  readonly now: number
  readonly directory: string
  readonly mapType: MapType
  /** Name of the TLS profile that the levels were found with. */
  readonly profile: string
  /** Digest of the rules whose verdicts count. */
  readonly rules: string
  readonly run: RunPostfix
  /** Largest share of the domains in `qtls_policy` that may go at once, in percent. */
  readonly maxDrop: number
  /** How long another process may be at the same maps. */
  readonly waitMs?: number
}

export interface MapsResult {
  /** Maps that are not as they should be. */
  readonly changes: readonly MapChange[]
  /** Domains without an entry; the first 1,000 of them. */
  readonly refused: readonly Refusal[]
}

/** Compiling a million entries takes some seconds; a slow disk more. */
const POSTMAP_MS = 300_000

const WAIT_MS = 60_000

/** So few domains may always go: of three, one is a third. */
const FEW = 5
const MAX_REFUSED = 1000

/** Endings of the compiled forms. */
const COMPILED: Readonly<Record<MapType, string | undefined>> = {
  cdb: '.cdb',
  lmdb: '.lmdb',
  hash: '.db',
  texthash: undefined,
}

/** A domain is bound to a lane only when its policy is there already. */
const PUT_IN_ORDER: readonly MapName[] = ['qtls_policy', 'tls_policy', 'transport']

/** Compares the maps with the levels; writes nothing. */
export async function compareMaps(options: MapOptions): Promise<MapsResult> {
  const { changes, refused } = await draft(options, undefined)
  return { changes, refused }
}

/**
 * Writes the maps that differ from what is there by more than their header line.
 *
 * Each is compiled under another name first, a constant database as it is written; then the compiled form and the text are put in place, in
 * this order, so that Postfix sees the old map or the new one, and a crash in between is made good by
 * the next run.
 *
 * Throws  ERR_MAPS_DROP when more domains would lose their entry at once than may;
 *         ERR_MAPS_LOCKED when another process is at them; ERR_MAPS_WRITE when the directory cannot be
 *         written; ERR_POSTFIX_REFUSED when postmap(1) refuses a map. What was there stays in force.
 */
export async function writeMaps(options: MapOptions): Promise<MapsResult> {
  const { directory, waitMs = WAIT_MS } = options
  try {
    await makeDirectory(directory)
    return await withLock(directory, waitMs, () => writeLocked(options))
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown
    throw new GatewayError('ERR_MAPS_WRITE', { directory, reason: reasonOf(thrown) }, thrown)
  }
}

/**
 * Makes maps that are not there, without any domain, and compiled forms that are not there, of the
 * maps as they are. A lane cannot start without them.
 */
export async function ensureMaps(
  options: Omit<MapOptions, 'levels' | 'maxDrop' | 'pin' | 'rules'>,
): Promise<void> {
  const { directory, mapType, profile } = options
  const { entries } = fixedEntries([], { ...options, pin: 'names' })
  const time = new Date(options.now).toISOString()
  await makeDirectory(directory)
  for (const name of MAP_NAMES) {
    const path = join(directory, name)
    const isWhole = (await isThere(path)) && (await isThere(`${path}${COMPILED[mapType] ?? ''}`))
    if (isWhole) continue
    const lines = entries[name].map(({ key, value }) => `${key} ${value}\n`)
    const empty = headerText(name, { profile, time }) + lines.join('')
    const text = await readFile(path, 'utf8').catch(() => empty)
    await inBuilding(directory, async building => {
      await writeFile(join(building, name), text, { mode: 0o644 })
      await compile(name, building, options)
      await put(name, building, options)
    })
  }
}

async function writeLocked(options: MapOptions): Promise<MapsResult> {
  const { directory } = options
  return inBuilding(directory, async building => {
    const { changes, refused, drop } = await draft(options, building)
    if (changes.length === 0) return { changes, refused }
    const { before, gone } = drop
    if (gone > FEW && gone * 100 > before * options.maxDrop) {
      throw new GatewayError('ERR_MAPS_DROP', { gone, before, limit: options.maxDrop, directory })
    }
    const names = changes.map(({ name }) => name)
    if (options.mapType !== 'cdb')
      await Promise.all(names.map(name => compile(name, building, options)))
    for (const name of PUT_IN_ORDER) if (names.includes(name)) await put(name, building, options)
    return { changes, refused }
  })
}

/** What the maps should say, written below `building` if that is given, compared with what is there. */
async function draft(
  options: MapOptions,
  building: string | undefined,
): Promise<MapsResult & { readonly drop: { readonly before: number; readonly gone: number } }> {
  const { levels, directory, profile, rules, now } = options
  const header = { profile, time: new Date(now).toISOString() }
  const fixed = fixedEntries(await levels.levelsWithNextHop(), options)
  const refused: Refusal[] = [...fixed.refused]
  const drafts = new Map<MapName, MapDraft>()
  try {
    for (const name of MAP_NAMES) {
      const target = building === undefined ? undefined : join(building, name)
      const path = join(directory, name)
      const cdb = options.mapType === 'cdb' ? target && `${target}.cdb` : undefined
      drafts.set(
        name,
        new MapDraft({ name, path, target, cdb, header, fixed: fixed.entries[name] }),
      )
    }
    const maker = new EntryMaker(options)
    for await (const page of levels.levelsInForce(rules)) {
      for (const domain of page) {
        const reason = addDomain(maker, domain, drafts)
        if (reason !== undefined && refused.length < MAX_REFUSED) {
          refused.push({ domain: domain.domain, reason })
        }
      }
    }
    const changes: MapChange[] = []
    for (const one of drafts.values()) {
      const change = one.finish(await isUncompiled(join(directory, one.name), options.mapType))
      if (change !== undefined) changes.push(change)
    }
    const drop = drafts.get('qtls_policy')?.share ?? { before: 0, gone: 0 }
    return { changes, refused, drop }
  } finally {
    for (const one of drafts.values()) one.close()
  }
}

/** Gives why the domain has no entry that it should have. */
function addDomain(
  maker: EntryMaker,
  domain: Parameters<EntryMaker['of']>[0],
  drafts: ReadonlyMap<MapName, MapDraft>,
): string | undefined {
  const { entries, refused } = maker.of(domain)
  for (const [name, one] of drafts) {
    const value = entries[name]
    if (value !== undefined && !one.add(domain.domain, value)) {
      return 'a next hop has the same name'
    }
  }
  return refused
}

/** The text is there, but not what Postfix reads. */
async function isUncompiled(path: string, mapType: MapType): Promise<boolean> {
  const ending = COMPILED[mapType]
  return ending !== undefined && (await isThere(path)) && !(await isThere(`${path}${ending}`))
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

/** A directory for what is not in force yet, in the same file system. */
async function inBuilding<T>(
  directory: string,
  work: (building: string) => Promise<T>,
): Promise<T> {
  const building = await mkdtemp(join(directory, '.new-'))
  try {
    return await work(building)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

type BuildOptions = Pick<MapOptions, 'directory' | 'mapType' | 'run'>

async function compile(name: MapName, building: string, options: BuildOptions): Promise<void> {
  const { mapType, run } = options
  if (COMPILED[mapType] === undefined) return
  const map = `${mapType}:${join(building, name)}`
  await outputOf(run, 'postmap', [map], { timeoutMs: POSTMAP_MS })
}

async function put(name: MapName, building: string, options: BuildOptions): Promise<void> {
  const { directory, mapType } = options
  const owner = await stat(directory)
  const ending = COMPILED[mapType]
  for (const file of ending === undefined ? [name] : [`${name}${ending}`, name]) {
    await replace(join(building, file), join(directory, file), owner)
  }
  await syncDirectory(directory)
}

async function replace(from: string, to: string, owner: Owner): Promise<void> {
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
