import type { TlsSession } from '../store/evidence.js'
import { outsideText } from './outside-text.js'

/** A session that the SMTP client has just opened. */
export interface TlsLine {
  readonly relay: string
  readonly session: TlsSession
}

/**
 * Reads `Verified TLS connection established to HOST[ADDRESS]:PORT: TLSv1.3 with cipher NAME (256/256
 * bits) key-exchange X25519 server-signature ECDSA (prime256v1) server-digest SHA256`.
 *
 * Gives   undefined for any other line and for one that breaks off before the key length.
 * Source  Postfix 3.7.11 src/tls/tls_misc.c, tls_log_summary; with smtp_tls_loglevel = 1
 */
export function readTlsLine(text: string): TlsLine | undefined {
  const { trust, relay, protocol, cipher, details } = LINE.exec(text)?.groups ?? {}
  if (relay === undefined || protocol === undefined || cipher === undefined) return undefined
  return {
    relay,
    session: {
      trust: trust as TlsSession['trust'],
      protocol,
      cipher,
      details: outsideText(details ?? ''),
    },
  }
}

const LINE =
  /^(?<trust>Verified|Trusted|Untrusted|Anonymous) TLS connection (?:established|reused) to (?<relay>[^\s,]{1,400}): (?<protocol>[\w.]{1,20}) with cipher (?<cipher>[\w-]{1,100}) \(\d{1,5}\/\d{1,5} bits\)(?: (?<details>.*))?$/s
