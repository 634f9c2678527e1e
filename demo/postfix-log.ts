/** What the log of Postfix says of one recipient of one message. */
export interface Delivery {
  readonly recipient: string
  readonly status: string
  readonly relay: string
  /** The remote answer, in Postfix's brackets. */
  readonly text: string
  /** `Trusted`, `Untrusted`, `Anonymous`; undefined when there was no TLS. */
  readonly trust: string | undefined
}

/**
 * Finds what became of the recipients of a message.
 *
 * A TLS line names no queue id: it belongs to the next deliveries of the same smtp process.
 *
 * Shape   lines of Postfix 3.4 to 3.10 with `smtp_tls_loglevel = 1`.
 */
export function deliveriesIn(lines: readonly string[], queueId: string): readonly Delivery[] {
  const trust = new Map<string, string>()
  const deliveries: Delivery[] = []
  for (const line of lines) {
    const { groups: process } = PROCESS.exec(line) ?? {}
    if (process === undefined) continue
    const { pid = '', rest = '' } = process
    const tls = TLS.exec(rest)?.groups?.['trust']
    if (tls !== undefined) trust.set(pid, tls)
    const found = DELIVERY.exec(rest)?.groups
    if (found === undefined) continue
    if (found['id'] === queueId) {
      const { recipient = '', status = '', relay = '', text = '' } = found
      deliveries.push({ recipient, status, relay, text, trust: trust.get(pid) })
    }
    // The same process serves others later: what it said of TLS holds for this connection only.
    if (!rest.startsWith(`${queueId}:`)) trust.delete(pid)
  }
  return deliveries
}

const PROCESS = /\bpostfix\/smtp\[(?<pid>\d+)\]: (?<rest>.*)$/
const TLS = /^(?<trust>\w+) TLS connection established to /
const DELIVERY =
  /^(?<id>\w+): to=<(?<recipient>[^>]*)>,.* relay=(?<relay>[^,]*),.* status=(?<status>\w+) \((?<text>.*)\)$/
