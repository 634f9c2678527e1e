import type { Log } from '../log/log.js'
import { journalArguments, timeOfCursor, type JournalSpan } from './journal-command.js'
import { parseJournalEntry, type JournalEntry } from './journal-entry.js'
import { startJournal, type JournalProcess, type StartJournal } from './journal-process.js'
import { LineSplitter } from './line-splitter.js'
import { unreadable } from './log-file.js'
import {
  IDLE_MS,
  LOOK_EVERY_MS,
  MAX_LINES,
  pause,
  type LogRead,
  type LogSource,
  type Pause,
  type ReadOptions,
} from './log-source.js'
import { streamChunks } from './stream-chunks.js'

export interface JournalSourceOptions {
  readonly log: Log
  /** Numbers of the users whose lines are believed; empty: all. */
  readonly users: readonly number[]
  readonly start?: StartJournal
  readonly now?: () => number
  readonly pause?: Pause
}

/** Entries before the place of beginning that are looked at for what processes were doing. */
const CONTEXT_ENTRIES = 500

/** journalctl that ends is started again after this time, doubled each time. */
const FIRST_RESTART_MS = 1_000
const LONGEST_RESTART_MS = 60_000

/** The systemd journal, read by journalctl(1). */
export function journalSource(options: JournalSourceOptions): LogSource {
  const source = new JournalSource(options)
  return { name: 'journal', read: options => source.read(options) }
}

class JournalSource {
  readonly #log: Log
  readonly #users: readonly number[]
  readonly #start: StartJournal
  readonly #now: () => number
  readonly #pause: Pause

  constructor(options: JournalSourceOptions) {
    this.#log = options.log
    this.#users = options.users
    this.#start = options.start ?? startJournal
    this.#now = options.now ?? Date.now
    this.#pause = options.pause ?? pause
  }

  async *read(options: ReadOptions): AsyncGenerator<LogRead, void, undefined> {
    const { once, signal, fromStart } = options
    let cursor = options.after
    let since: string | undefined
    let waitMs = FIRST_RESTART_MS
    if (cursor !== undefined) yield* this.#context(cursor, signal)
    while (!signal.aborted) {
      const span = { cursor, since, fromStart, follow: !once }
      const process = this.#open(span)
      const isAtLast = cursor === undefined && since === undefined && !fromStart
      try {
        for await (const read of this.#reads(process, cursor, isAtLast, signal)) {
          if (read.position !== cursor) waitMs = FIRST_RESTART_MS
          cursor = read.position
          yield read
        }
      } finally {
        await process.stop()
      }
      const complaint = await process.ended
      if (signal.aborted || (once && complaint === undefined)) return
      if (cursor !== undefined && complaint?.includes('Failed to seek to cursor') === true) {
        since = timeOfCursor(cursor)
        cursor = undefined
        this.#log.warn('position in the journal not known any more, reading goes on by time')
        continue
      }
      if (once) throw unreadable('the journal', complaint ?? 'journalctl ended')
      this.#log.warn('journalctl ended, it is started again', { reason: complaint, ms: waitMs })
      await this.#pause(waitMs, signal)
      waitMs = Math.min(waitMs * 2, LONGEST_RESTART_MS)
    }
  }

  /** The entries up to the one that was read last. */
  async *#context(cursor: string, signal: AbortSignal): AsyncGenerator<LogRead, void, undefined> {
    const process = this.#open({ cursor, before: CONTEXT_ENTRIES })
    const entries: JournalEntry[] = []
    try {
      for await (const some of entriesOf(process, signal)) entries.push(...some.entries)
    } finally {
      await process.stop()
    }
    const lines = entries.toReversed().flatMap(({ line }) => line ?? [])
    yield { lines, position: cursor, isContext: true }
  }

  async *#reads(
    process: JournalProcess,
    after: string | undefined,
    isAtLast: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<LogRead, void, undefined> {
    const startedAt = this.#now()
    let cursor = after
    for await (const { entries, isBehind } of entriesOf(process, signal)) {
      // The entry of the cursor comes once more; without one the last entry shows where the end is.
      const fresh = entries.filter(entry => entry.cursor !== after)
      const isOld = (entry: JournalEntry): boolean =>
        isAtLast && entry.line !== undefined && entry.line.at <= startedAt
      for (let from = 0; from < fresh.length || from === 0; from += MAX_LINES) {
        const some = fresh.slice(from, from + MAX_LINES)
        cursor = some.at(-1)?.cursor ?? cursor
        const lines = some.flatMap(entry => (isOld(entry) ? [] : (entry.line ?? [])))
        yield { lines, position: cursor, isContext: false }
      }
      if (entries.length > 0 && !isBehind) await this.#pause(LOOK_EVERY_MS, signal)
    }
  }

  #open(span: JournalSpan): JournalProcess {
    return this.#start(journalArguments(span, this.#users))
  }
}

interface SomeEntries {
  readonly entries: readonly JournalEntry[]
  /** Whether more was there at once. */
  readonly isBehind: boolean
}

/** Entries as they come, an empty list while none do. */
async function* entriesOf(
  { output }: JournalProcess,
  signal: AbortSignal,
): AsyncGenerator<SomeEntries, void, undefined> {
  const splitter = new LineSplitter(MAX_ENTRY_BYTES)
  for await (const chunk of streamChunks(output, IDLE_MS, signal)) {
    const lines = chunk === undefined ? [] : splitter.push(chunk)
    const entries = lines.flatMap(({ text }) => parseJournalEntry(text) ?? [])
    yield { entries, isBehind: chunk !== undefined && chunk.length > FULL_CHUNK_BYTES }
  }
}

/** A pipe gives 64 KiB at once when it is full. */
const FULL_CHUNK_BYTES = 32 * 1024

/** journalctl leaves out texts of more than 4,096 bytes; each byte of the rest takes six at most. */
const MAX_ENTRY_BYTES = 64 * 1024
