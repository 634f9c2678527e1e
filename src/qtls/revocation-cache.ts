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
/** What holds for longer is asked for again after this, and what does not in the last fifth of its life. */
const MAX_AGE = 24 * 60 * 60_000
/** Bytes before an answer in its file: when it was fetched. */
const HEADER = 8
const MAX_ENTRIES = 20_000
const FILE = /^[0-9a-f]{64}$/

interface Kept {
  readonly fetched: Fetched
  readonly until: number
  /** From then on a newer one is asked for; until it comes this one holds. */
  readonly renewAt: number
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
    inMemory: Kept | undefined,
    fetch: () => Promise<Fetched>,
  ): Promise<Fetched> => {
    const held = inMemory ?? (directory && (await readKept(directory, key, now)))
    if (held && held.renewAt > now) {
      keep(key, held)
      return held.fetched
    }
    const fetched = await fetch()
    const until = 'failure' in fetched ? now + FAILURE_LIFE : fetched.until
    if (held && ('failure' in fetched || until <= now)) {
      keep(key, { ...held, renewAt: now + FAILURE_LIFE })
      return held.fetched
    }
    const renewAt = 'failure' in fetched ? until : now + Math.min((until - now) * 0.8, MAX_AGE)
    if (until > now) keep(key, { fetched, until, renewAt })
    if (directory !== undefined && 'bytes' in fetched && until > now)
      await writeKept(directory, key, { bytes: fetched.bytes, until, fetchedAt: now }, maxBytes)
    return fetched
  }
  return Object.freeze({
    get: (key: string, now: number, fetch: () => Promise<Fetched>): Promise<Fetched> => {
      const one = kept.get(key)
      const held = one !== undefined && one.until > now ? one : undefined
      if (held !== undefined && held.renewAt > now) {
        // What is asked for often stays.
        kept.delete(key)
        kept.set(key, held)
        return Promise.resolve(held.fetched)
      }
      const other = running.get(key)
      if (other !== undefined) return other
      const own = load(key, now, held, fetch).finally(() => running.delete(key))
      running.set(key, own)
      return own
    },
  })
}

const sizeOf = ({ fetched }: Kept): number => ('bytes' in fetched ? fetched.bytes.length : 100)

const fileOf = (directory: string, key: string): string =>
  join(directory, createHash('sha256').update(`2 ${key}`).digest('hex'))

async function readKept(directory: string, key: string, now: number): Promise<Kept | undefined> {
  try {
    const file = fileOf(directory, key)
    const { mtimeMs } = await stat(file)
    if (mtimeMs <= now) return undefined
    const whole = await readFile(file)
    const fetchedAt = whole.readDoubleBE(0)
    if (!(fetchedAt <= now)) return undefined
    const renewAt = fetchedAt + Math.min((mtimeMs - fetchedAt) * 0.8, MAX_AGE)
    const fetched = { bytes: whole.subarray(HEADER), until: mtimeMs }
    return { fetched, until: mtimeMs, renewAt }
  } catch {
    // Not there, or not ours to read: it is fetched.
    return undefined
  }
}

async function writeKept(
  directory: string,
  key: string,
  {
    bytes,
    until,
    fetchedAt,
  }: { readonly bytes: Buffer; readonly until: number; readonly fetchedAt: number },
  maxBytes: number,
): Promise<void> {
  const file = fileOf(directory, key)
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const header = Buffer.alloc(HEADER)
    header.writeDoubleBE(fetchedAt)
    await writeFile(draft, Buffer.concat([header, bytes]), { mode: 0o600, flag: 'wx' })
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
