/** Limits of a server. Times in milliseconds, sizes in bytes. */
export interface MilterLimits {
  /** Connections at a time; one more is closed at once. */
  readonly connections: number
  /** Silence after which a connection is closed; above every SMTP time-out of an MTA. */
  readonly idleMs: number
  /** Time for the rest of a command that has begun, and for the peer to read what we wrote. */
  readonly stallMs: number
  /** Time from a command to its answer, progress included; then 451. */
  readonly answerMs: number
  /** Distance between the progress replies while an answer is pending. */
  readonly progressMs: number
  /** Largest packet; body packets are never held as a whole. */
  readonly packetBytes: number
  /** Header and body of one message; a larger one is answered 552 5.3.4 at its end. */
  readonly messageBytes: number
  /** Header fields of one message, all together; a larger header is answered 552 5.3.4. */
  readonly headerBytes: number
  /** Recipients of one message; one more and it is answered 452 4.5.3. */
  readonly recipients: number
  /** Body bytes of one message held in memory; the rest goes to a file. */
  readonly bodyMemoryPerMessage: number
  /** Body bytes of all messages held in memory. */
  readonly bodyMemoryTotal: number
}

export const DEFAULT_LIMITS: MilterLimits = Object.freeze({
  connections: 2000,
  // libmilter's own read time-out.
  idleMs: 7_210_000,
  // Postfix' milter_content_timeout.
  stallMs: 300_000,
  answerMs: 120_000,
  progressMs: 10_000,
  packetBytes: 4 * 1024 * 1024,
  messageBytes: 512 * 1024 * 1024,
  headerBytes: 4 * 1024 * 1024,
  recipients: 50_000,
  bodyMemoryPerMessage: 256 * 1024,
  bodyMemoryTotal: 64 * 1024 * 1024,
})
