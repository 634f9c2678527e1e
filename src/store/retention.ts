import type { PurgeResult } from './admin.js'
import type { Backend } from './backend.js'

/** Ages at which something is deleted. Absent: it is kept. */
export interface Retention {
  /** Records of messages, waits that are over, notices. */
  readonly retentionMs?: number
  /** Letters with their passwords. Never less than a message may be on its way. */
  readonly passwordRetentionMs?: number
  /** What the log of Postfix says. */
  readonly evidenceRetentionMs?: number
  /** The audit and levels no longer in force. */
  readonly notesRetentionMs?: number
}

const DAY_MS = 86_400_000

/** Three years: the limitation period of most claims about who was let through and why. */
const NOTES_RETENTION_MS = 1095 * DAY_MS

/** Postfix gives up after five days unless it is told otherwise: until then a message may come back. */
const ON_ITS_WAY_MS = 7 * DAY_MS

const PURGE_LIMIT = 200

/** Between two steps of a purge: the queue of records goes first. */
const PURGE_PAUSE_MS = 20

/** Deletes what is older than allowed, in small steps, until nothing is left or `signal` says so. */
export async function purgeOld(
  backend: Pick<Backend, 'run'>,
  retention: Retention,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal | undefined },
): Promise<PurgeResult> {
  const { retentionMs, evidenceRetentionMs, passwordRetentionMs } = retention
  const { notesRetentionMs = NOTES_RETENTION_MS } = retention
  const messagesBefore = before(now, retentionMs)
  const step = {
    messagesBefore,
    transitBefore: Math.min(messagesBefore, now - ON_ITS_WAY_MS),
    evidenceBefore: before(now, evidenceRetentionMs),
    passwordsBefore: Math.min(before(now, passwordRetentionMs), now - ON_ITS_WAY_MS),
    notesBefore: now - notesRetentionMs,
    limit: PURGE_LIMIT,
  }
  const sum = { messages: 0, notes: 0, evidence: 0, waits: 0 }
  for (;;) {
    const done = await backend.run('purgeStep', step)
    sum.messages += done.messages
    sum.notes += done.notes
    sum.evidence += done.evidence
    sum.waits += done.waits
    if (deletedRows(done) === 0 || signal?.aborted === true) return sum
    await new Promise(next => setTimeout(next, PURGE_PAUSE_MS))
  }
}

export function deletedRows({ messages, notes, evidence, waits }: PurgeResult): number {
  return messages + notes + evidence + waits
}

function before(now: number, ageMs: number | undefined): number {
  return ageMs === undefined ? Number.MIN_SAFE_INTEGER : now - ageMs
}
