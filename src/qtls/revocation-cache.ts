import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Something that was fetched and says how long it holds, or why there is nothing. */
export type Fetched =
  { readonly bytes: Buffer; readonly until: number } | { readonly failure: string }

/** Keeps what authorities say until it runs out. */
export interface AnswerCache {
  /**
   * What is kept under a key, or what `fetch` gives; it is asked once however many wait.
   *
   * Shape   `now` in epoch milliseconds
   */
  get(key: string, now: number, fetch: () => Promise<Fetched>): Promise<Fetched>
}

export interface AnswerCacheOptions {
  /** Where it outlives the process; undefined: it does not. */
  readonly directory: string | undefined
  /** In memory, and on disk. */
  readonly maxBytes: number
}

/** A source that did not answer is left alone for so long. */
const FAILURE_LIFE = 5 * 60_000
/** Nothing is believed longer than this without being asked for again. */
const MAX_LIFE = 24 * 60 * 60_000
const MAX_ENTRIES = 20_000
const FILE = /^[0-9a-f]{64}$/

interface Kept {
  readonly fetched: Fetched
  readonly until: number
}

/**
 * Makes a cache in memory and, if wanted, in a directory: one file for each answer, whose time of
 * change is when it runs out. A file that cannot be read or written is as good as none.
 */
export function answerCache({ directory, maxBytes }: AnswerCacheOptions): AnswerCache {
  const kept = new Map<string, Kept>()
  const running = new Map<string, Promise<Fetched>>()
  let size = 0

  const forget = (key: string): void => {
    const one = kept.get(key)
    if (one === undefined) return
    size -= sizeOf(one)
    kept.delete(key)
  }
  const keep = (key: string, one: Kept): void => {
    forget(key)
    kept.set(key, one)
    size += sizeOf(one)
    for (const oldest of kept.keys()) {
      if (size <= maxBytes && kept.size <= MAX_ENTRIES) break
      forget(oldest)
    }
  }
  const load = async (
    key: string,
    now: number,
    fetch: () => Promise<Fetched>,
  ): Promise<Fetched> => {
    const onDisk = directory && (await readKept(directory, key, now))
    if (onDisk) {
      keep(key, onDisk)
      return onDisk.fetched
    }
    const fetched = await fetch()
    const until =
      'failure' in fetched ? now + FAILURE_LIFE : Math.min(fetched.until, now + MAX_LIFE)
    if (until > now) keep(key, { fetched, until })
    if (directory !== undefined && 'bytes' in fetched && until > now)
      await writeKept(directory, key, { bytes: fetched.bytes, until }, maxBytes)
    return fetched
  }
  return Object.freeze({
    get: (key: string, now: number, fetch: () => Promise<Fetched>): Promise<Fetched> => {
      const one = kept.get(key)
      if (one !== undefined && one.until > now) {
        // What is asked for often stays.
        kept.delete(key)
        kept.set(key, one)
        return Promise.resolve(one.fetched)
      }
      const other = running.get(key)
      if (other !== undefined) return other
      const own = load(key, now, fetch).finally(() => running.delete(key))
      running.set(key, own)
      return own
    },
  })
}

const sizeOf = ({ fetched }: Kept): number => ('bytes' in fetched ? fetched.bytes.length : 100)

const fileOf = (directory: string, key: string): string =>
  join(directory, createHash('sha256').update(key).digest('hex'))

async function readKept(directory: string, key: string, now: number): Promise<Kept | undefined> {
  try {
    const file = fileOf(directory, key)
    const { mtimeMs } = await stat(file)
    if (mtimeMs <= now) return undefined
    const bytes = await readFile(file)
    return { fetched: { bytes, until: mtimeMs }, until: mtimeMs }
  } catch {
    // Not there, or not ours to read: it is fetched.
    return undefined
  }
}

async function writeKept(
  directory: string,
  key: string,
  { bytes, until }: { readonly bytes: Buffer; readonly until: number },
  maxBytes: number,
): Promise<void> {
  const file = fileOf(directory, key)
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await writeFile(draft, bytes, { mode: 0o600, flag: 'wx' })
    await utimes(draft, until / 1000, until / 1000)
    await rename(draft, file)
    await makeRoom(directory, maxBytes)
  } catch {
    // A full or foreign disk costs another fetch, nothing else.
    await rm(draft, { force: true }).catch(() => undefined)
  }
}

/** What runs out first goes first. */
async function makeRoom(directory: string, maxBytes: number): Promise<void> {
  const names = (await readdir(directory)).filter(name => FILE.test(name))
  const files = await Promise.all(
    names.map(async name => {
      const { size, mtimeMs } = await stat(join(directory, name))
      return { name, size, mtimeMs }
    }),
  )
  let size = files.reduce((sum, one) => sum + one.size, 0)
  for (const one of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (size <= maxBytes) return
    size -= one.size
    await rm(join(directory, one.name), { force: true })
  }
}
