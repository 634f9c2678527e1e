import type { Attempt, Delivery } from '../store/evidence.js'
import { ClientProcess } from './client-process.js'
import { readEvent, CLIENTS, type LogEvent } from './log-event.js'
import type { LogLine } from './log-line.js'
import { outsideText } from './outside-text.js'

/** What was found in some lines, in their order. */
export interface Evidence {
  readonly deliveries: readonly Delivery[]
  readonly attempts: readonly Attempt[]
  readonly removed: readonly string[]
}

/** Processes that are remembered; those that have been silent longest are forgotten first. */
const MAX_PROCESSES = 5_000

/** No delivery takes longer; a process of that name is another one by then. */
const PROCESS_LIFE_MS = 2 * 3_600_000

/** Times of lines that follow each other within a second or less are told apart by that much at most. */
const MAX_SHIFT_MS = 999

type EventOf<K extends LogEvent['kind']> = Extract<LogEvent, { kind: K }>

/** Puts the lines of a log together to what happened to recipients. */
export class LogReader {
  readonly #processes = new Map<string, ClientProcess>()
  #lastAt = 0
  #deliveries: Delivery[] = []
  #attempts: Attempt[] = []
  #removed: string[] = []

  /** Takes the next line. */
  read(line: LogLine): void {
    const event = readEvent(line)
    if (event === undefined) return
    const at = this.#inOrder(line.at)
    const process = CLIENTS.has(line.program) ? this.#processOf(line) : undefined
    switch (event.kind) {
      case 'removed':
        this.#removed.push(event.queueId)
        return
      case 'expired':
        this.#deliveries.push(expired(event, at, line))
        return
      case 'delivery':
        return this.#deliver(event, at, line, process)
      case 'tls':
        return process?.addSession(event.relay, event.session)
      case 'remark':
        return process?.addRemark(event.relay, event.text)
      case 'attempt':
        return this.#attempt(event, at, line, process)
      default:
        return event satisfies never
    }
  }

  /** Takes out what has been found since the last call. */
  take(): Evidence {
    const found = { deliveries: this.#deliveries, attempts: this.#attempts, removed: this.#removed }
    this.#deliveries = []
    this.#attempts = []
    this.#removed = []
    return found
  }

  #deliver(
    event: EventOf<'delivery'>,
    at: number,
    { service }: LogLine,
    process: ClientProcess | undefined,
  ): void {
    const { queueId, recipient, relay, isReused, status, dsn, text } = event
    this.#begin(process, queueId)
    // A connection out of the cache was opened by another process, whose line is not known here.
    const tls = isReused ? undefined : process?.session(relay)
    process?.takeRemarks(relay)
    this.#deliveries.push({ at, queueId, service, recipient, relay, status, dsn, text, tls })
  }

  #attempt(
    event: EventOf<'attempt'>,
    at: number,
    { service }: LogLine,
    process: ClientProcess | undefined,
  ): void {
    const { queueId, dsn } = event
    if (queueId === undefined) {
      const { relay, text } = event
      process?.addLoose({ at, service, relay, dsn, text })
      return
    }
    this.#begin(process, queueId)
    // "Server certificate not verified" names no server: it is the one of the lines before.
    const relay = event.relay === '' ? (process?.server ?? '') : event.relay
    const remarks = process?.takeRemarks(relay) ?? []
    const text = outsideText([event.text, ...remarks].join('; '))
    if (event.endsSession) process?.endSession(relay)
    this.#attempts.push({ at, queueId, service, relay, dsn, text })
  }

  #begin(process: ClientProcess | undefined, queueId: string): void {
    for (const loose of process?.beginEntry(queueId) ?? [])
      this.#attempts.push({ ...loose, queueId })
  }

  #processOf({ process: name, at }: LogLine): ClientProcess {
    const known = this.#processes.get(name)
    const isSame = known !== undefined && Math.abs(at - known.lastAt) < PROCESS_LIFE_MS
    const process = isSame ? known : new ClientProcess()
    process.lastAt = at
    // Put back at the end, so that the first is the one that has been silent longest.
    this.#processes.delete(name)
    this.#processes.set(name, process)
    const [oldest] = this.#processes.keys()
    if (this.#processes.size > MAX_PROCESSES && oldest !== undefined) this.#processes.delete(oldest)
    return process
  }

  /**
   * A time in the order of the lines: many logs tell seconds only, and whether an attempt came before
   * or after a delivery decides what it means.
   */
  #inOrder(at: number): number {
    const ordered = at > this.#lastAt ? at : Math.min(this.#lastAt + 1, at + MAX_SHIFT_MS)
    this.#lastAt = ordered
    return ordered
  }
}

/** The line names no recipient: it is the end of all that are left in the queue entry. */
function expired(event: EventOf<'expired'>, at: number, { service }: LogLine): Delivery {
  return {
    at,
    queueId: event.queueId,
    service,
    recipient: '',
    relay: 'none',
    status: event.status,
    dsn: '',
    text: 'returned to sender',
    tls: undefined,
  }
}
