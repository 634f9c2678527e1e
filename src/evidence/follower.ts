import { hostname } from 'node:os'
import { GatewayError, reasonOf } from '../errors.js'
import type { Log } from '../log/log.js'
import type { StoreAdmin } from '../store/admin.js'
import type { EvidenceBatch } from '../store/evidence.js'
import { LogReader } from './log-reader.js'
import { pause, type LogSource, type Pause } from './log-source.js'

export interface FollowerOptions {
  readonly source: LogSource
  readonly store: Pick<StoreAdmin, 'saveEvidence' | 'followPosition'>
  readonly log: Log
  /** Where no position is stored yet: from the first line of the log, not from its end. */
  readonly fromStart?: boolean
  /** Called for what has been kept. */
  readonly onKept?: (batch: EvidenceBatch) => void
  /** Name of this machine: gateways that share a store have a log each. */
  readonly host?: string
  readonly now?: () => number
  readonly pause?: Pause
}

export interface Follower {
  /** Ends it; what was read and could not be kept is read again next time. */
  stop(): Promise<void>
}

/** What cannot be read or kept is tried again after this time, doubled each time. */
const FIRST_RETRY_MS = 200
const LONGEST_RETRY_MS = 30_000

/** A position without news is kept this often: it also says that the follower lives. */
const SIGN_OF_LIFE_MS = 5_000

/** Follows the log of Postfix until it is stopped; trouble is logged and tried again. */
export function startFollower(options: FollowerOptions): Follower {
  const ending = new AbortController()
  const running = followLog(options, ending.signal)
  return {
    stop: () => {
      ending.abort()
      return running
    },
  }
}

/** Follows the log of Postfix until `signal` is aborted; trouble is logged and tried again. */
export async function followLog(options: FollowerOptions, signal: AbortSignal): Promise<void> {
  const { source, log, pause: wait = pause } = options
  let waitMs = FIRST_RETRY_MS
  const onProgress = (): void => void (waitMs = FIRST_RETRY_MS)
  log.info('following the log of Postfix', { file: source.name })
  while (!signal.aborted) {
    try {
      await readThrough(options, { once: false, signal, onProgress })
    } catch (thrown) {
      if (signal.aborted) return
      log.error('the log of Postfix cannot be followed, tried again', {
        file: source.name,
        code: codeOf(thrown),
        reason: reasonOf(thrown),
        ms: waitMs,
      })
    }
    await wait(waitMs, signal)
    waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)
  }
}

/**
 * Reads from the stored position to the end of the log and keeps what it says.
 *
 * Throws  ERR_EVIDENCE_LOG when it cannot be read, and what the store throws when it does not know the
 *         position.
 */
export async function readToEnd(options: FollowerOptions, signal: AbortSignal): Promise<void> {
  await readThrough(options, { once: true, signal, onProgress: () => undefined })
}

interface Reading {
  readonly once: boolean
  readonly signal: AbortSignal
  readonly onProgress: () => void
}

async function readThrough(options: FollowerOptions, reading: Reading): Promise<void> {
  const { source, store, fromStart = false, host = hostname(), now = Date.now } = options
  const { once, signal, onProgress } = reading
  const place = `${host} ${source.name}`
  const after = (await store.followPosition(place))?.position
  const reader = new LogReader()
  const positionAt = (position: string): EvidenceBatch => ({
    ...NOTHING,
    position: { source: place, position },
  })
  let seen = after
  let keptAt = -Infinity
  for await (const read of source.read({ after, fromStart, once, signal })) {
    for (const line of read.lines) reader.read(line)
    const found = reader.take()
    onProgress()
    if (read.position === undefined) continue
    seen = read.position
    const batch = { ...positionAt(seen), ...(read.isContext ? NOTHING : found) }
    if (isEmpty(batch) && now() - keptAt < SIGN_OF_LIFE_MS) continue
    await keep(batch, options, signal)
    if (signal.aborted) return
    keptAt = now()
    seen = undefined
  }
  if (once && seen !== undefined) await keep(positionAt(seen), options, signal)
}

const NOTHING = { deliveries: [], attempts: [], removed: [] } as const

/**
 * Keeps a batch however long it takes: nothing more is read meanwhile, so that no line is skipped and
 * none piles up.
 */
async function keep(
  batch: EvidenceBatch,
  { store, log, onKept, pause: wait = pause }: FollowerOptions,
  signal: AbortSignal,
): Promise<void> {
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)) {
    try {
      await store.saveEvidence(batch)
      if (waitMs > FIRST_RETRY_MS) log.info('what the log of Postfix says is kept again')
      onKept?.(batch)
      return
    } catch (thrown) {
      log.error('what the log of Postfix says cannot be kept, tried again', {
        code: codeOf(thrown),
        reason: reasonOf(thrown),
        ms: waitMs,
      })
    }
    await wait(waitMs, signal)
    if (signal.aborted) return
  }
}

function isEmpty({ deliveries, attempts, removed }: EvidenceBatch): boolean {
  return deliveries.length + attempts.length + removed.length === 0
}

function codeOf(thrown: unknown): string {
  return thrown instanceof GatewayError ? thrown.code : 'ERR_BUG'
}
