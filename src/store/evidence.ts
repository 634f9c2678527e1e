/** What the log of Postfix says happened to one recipient of one queue entry. */
export interface Delivery {
  /** Epoch milliseconds. */
  readonly at: number
  readonly queueId: string
  /** Name of the service as syslog_name shows it: `qtls`, `split`, `smtp`, `local`, … */
  readonly service: string
  readonly recipient: string
  /** `host[address]:port`, `none`, or what the line says. */
  readonly relay: string
  /** `sent`, `deferred`, `bounced`, `expired`, … */
  readonly status: string
  /** Enhanced status code, `2.0.0`. */
  readonly dsn: string
  /** What stands in brackets after the status: cut, control characters escaped. */
  readonly text: string
  /** The TLS line of the same process to the same relay before this one. */
  readonly tls: TlsSession | undefined
}

/** From the line `Verified TLS connection established to …`. */
export interface TlsSession {
  readonly trust: 'Verified' | 'Trusted' | 'Untrusted' | 'Anonymous'
  readonly protocol: string
  readonly cipher: string
  /** `key-exchange X25519 server-signature …`, as far as the line has it. */
  readonly details: string
}

/** A server that was tried and did not take the message, before the lane went on to the next. */
export interface Attempt {
  readonly at: number
  readonly queueId: string
  readonly service: string
  /** `host[address]:port`; empty when no server was reached, as when the name has no address. */
  readonly relay: string
  /** Enhanced status code, when the line or the reply has one. */
  readonly dsn: string
  readonly text: string
}

/** Where the follower stopped: enough to go on without losing or repeating a line. */
export interface FollowPosition {
  /** Machine and log: `gw1 file:/var/log/mail.log`, `gw1 journal`. */
  readonly source: string
  /** Position as the source understands it: device, inode and offset, or a cursor. */
  readonly position: string
}

/** What one read of the log gave; kept in one transaction with the position behind it. */
export interface EvidenceBatch {
  readonly deliveries: readonly Delivery[]
  readonly attempts: readonly Attempt[]
  /** Queue entries that are gone (`removed`). */
  readonly removed: readonly string[]
  readonly position: FollowPosition
}

/** Everything the log has said so far about one queue entry, oldest first. */
export interface QueueEntryLog {
  readonly deliveries: readonly Delivery[]
  readonly attempts: readonly Attempt[]
}
