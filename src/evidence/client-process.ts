import type { Attempt, TlsSession } from '../store/evidence.js'

/** A failure whose line does not say which message it concerned. */
export type LooseAttempt = Omit<Attempt, 'queueId'>

interface Noted<T> {
  readonly relay: string
  readonly value: T
  /** The queue entry that it belongs to; undefined until a line names one. */
  queueId: string | undefined
}

/** Servers that one delivery is tried at; Postfix's smtp_mx_address_limit is 5. */
const MAX_NOTES = 50

/**
 * What one process of smtp(8) has said that belongs to its next lines.
 *
 * A process works on one queue entry at a time, and the lines about connections don't name it. They
 * belong to the entry of the next line that names one, and to no other after that.
 */
export class ClientProcess {
  #sessions: Noted<TlsSession>[] = []
  #remarks: Noted<string>[] = []
  #loose: LooseAttempt[] = []
  #server = ''
  /** Epoch milliseconds of the newest line. */
  lastAt = 0

  /** The server of the newest line that named one, as far as lines about connections go. */
  get server(): string {
    return this.#server
  }

  addSession(relay: string, session: TlsSession): void {
    this.#server = relay
    this.#sessions = added(
      this.#sessions.filter(note => note.relay !== relay),
      { relay, value: session, queueId: undefined },
    )
  }

  /** A remark without a server is about the one that the process talks to. */
  addRemark(relay: string, text: string): void {
    if (relay !== '') this.#server = relay
    this.#remarks = added(this.#remarks, { relay: this.#server, value: text, queueId: undefined })
  }

  addLoose(attempt: LooseAttempt): void {
    if (this.#loose.length < MAX_NOTES) this.#loose.push(attempt)
  }

  /** A line names the queue entry: what was said since the one before belongs to it. */
  beginEntry(queueId: string): readonly LooseAttempt[] {
    this.#sessions = ownedBy(this.#sessions, queueId)
    this.#remarks = ownedBy(this.#remarks, queueId)
    return this.#loose.splice(0)
  }

  session(relay: string): TlsSession | undefined {
    return this.#sessions.find(note => note.relay === relay)?.value
  }

  endSession(relay: string): void {
    this.#sessions = this.#sessions.filter(note => !isSameServer(note.relay, relay))
  }

  /** Takes what was remarked about the server, oldest first. */
  takeRemarks(relay: string): readonly string[] {
    const found = this.#remarks.filter(note => isSameServer(note.relay, relay))
    this.#remarks = this.#remarks.filter(note => !found.includes(note))
    return found.map(({ value }) => value)
  }
}

function added<T>(notes: readonly Noted<T>[], note: Noted<T>): Noted<T>[] {
  return [...notes, note].slice(-MAX_NOTES)
}

function ownedBy<T>(notes: readonly Noted<T>[], queueId: string): Noted<T>[] {
  const kept = notes.filter(note => note.queueId === undefined || note.queueId === queueId)
  for (const note of kept) note.queueId = queueId
  return kept
}

/** Some lines give the port, some don't. */
function isSameServer(noted: string, relay: string): boolean {
  return noted === relay || noted.startsWith(`${relay}:`)
}
