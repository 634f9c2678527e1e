import { readLoggedAddress } from './logged-address.js'
import { outsideText } from './outside-text.js'

/** What a line about one recipient says, as every delivery agent writes it. */
export interface DeliveryLine {
  readonly recipient: string
  readonly relay: string
  /** Sent over a connection that an earlier delivery had opened (`conn_use=`). */
  readonly isReused: boolean
  readonly dsn: string
  readonly status: string
  readonly text: string
}

/**
 * Reads what stands behind the queue id.
 *
 * Shape   `to=<A>, orig_to=<B>, relay=R, conn_use=N, delay=N, delays=N/N/N/N, tls=FEATURES, dsn=N,
 *         status=WORD (TEXT)`, where orig_to, conn_use and tls (Postfix 3.11) may be missing.
 * Gives   undefined for any other line and for one that breaks off before its text; where the text
 *         breaks off, what there is.
 * Source  Postfix 3.7.11 and 3.12-20260821 src/global/log_adhoc.c
 */
export function readDelivery(text: string): DeliveryLine | undefined {
  if (!text.startsWith('to=<')) return undefined
  const to = readLoggedAddress(text, 'to=<'.length)
  if (to === undefined) return undefined
  const behind = endOfOriginal(text, to.end)
  if (behind === undefined) return undefined
  REST.lastIndex = behind
  const { relay = '', reuse, dsn = '', status = '', said = '' } = REST.exec(text)?.groups ?? {}
  if (status === '') return undefined
  return {
    recipient: to.address,
    relay: outsideText(relay),
    isReused: reuse !== undefined,
    dsn,
    status,
    text: outsideText(said.endsWith(')') ? said.slice(0, -1) : said),
  }
}

/** Position behind `, orig_to=<…>`, or the same where there is none. */
function endOfOriginal(text: string, from: number): number | undefined {
  const name = ', orig_to=<'
  if (!text.startsWith(name, from)) return from
  return readLoggedAddress(text, from + name.length)?.end
}

const REST =
  /, relay=(?<relay>[^\s,]{1,400})(?<reuse>, conn_use=\d{1,9})?, delay=[\d.]{1,20}, delays=[\d./]{1,80}(?:, tls=[^\s,]{1,200})?, dsn=(?<dsn>[245]\.\d{1,3}\.\d{1,3}), status=(?<status>[a-z-]{1,30}) \((?<said>.*)$/sy
