/** How long each phase of a connection may take, in milliseconds. */
export interface SmtpLimits {
  readonly connectMs: number
  /** From the connection to the banner. */
  readonly bannerMs: number
  /** For an answer to EHLO, and to STARTTLS. */
  readonly commandMs: number
  readonly handshakeMs: number
}

/** How the prober names itself and how long it waits. */
export interface SmtpOptions {
  readonly heloName: string
  readonly limits: SmtpLimits
}

/** An address to connect to. */
export interface SmtpTarget {
  readonly ip: string
  readonly port: number
}
