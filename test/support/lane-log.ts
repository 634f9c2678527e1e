/** What one line of the mail log says of one recipient, with what its process had said before. */
export interface LoggedDelivery {
  /** `split`, `qtls`, `smtp`, … */
  readonly service: string
  readonly queueId: string
  readonly messageId: string
  readonly recipient: string
  /** `re-split`, or the name of a host; `none`. */
  readonly to: string
  readonly status: string
  readonly dsn: string
  /** What stands in brackets at the end. */
  readonly text: string
  /** How the server that took it was known: `Verified`, `Trusted`, …; undefined: clear text. */
  readonly trust: string | undefined
  /** Why servers that were tried before could not have it. */
  readonly troubles: readonly string[]
  readonly line: string
}

/** By the last digit of their ports: 10026 and so on, 10036 in a second instance. */
const LISTENERS: Readonly<Record<string, string>> = { 6: 're-split', 7: 're-qtls', 8: 're-tls' }

const LISTENER = /^127\.0\.0\.1\[127\.0\.0\.1\]:100[23]([678])$/
const LINE = /postfix\/(?:(?<service>[\w-]+)\/)?(?<program>[\w-]+)\[(?<pid>\d+)\]: (?<text>.*)$/
const MESSAGE_ID = /^(?<queueId>[0-9A-Za-z]+): (?:resent-)?message-id=(?<id>.*)$/
const TRUST = /^(?<trust>\w+) TLS connection established to /
const DELIVERY =
  /^(?<queueId>[0-9A-Za-z]+): to=<(?<recipient>[^>]*)>,.* relay=(?<relay>[^,]+),.* dsn=(?<dsn>[\d.]+), status=(?<status>\w+) \((?<text>.*)\)$/
/** Of the entry in work, or of a server that was not reached. */
const TROUBLE = /^(?:[0-9A-F]+: )?(?<what>(?:connect to |host |Server |TLS |Cannot |lost ).*)$/

/** Reads all lines of a mail log. */
export function readMailLog(lines: readonly string[]): LoggedDelivery[] {
  const messageIds = new Map<string, string>()
  const said = new Map<string, { trust?: string; troubles: string[] }>()
  const deliveries: LoggedDelivery[] = []
  for (const line of lines) {
    const { service, program = '', pid = '', text = '' } = LINE.exec(line)?.groups ?? {}
    const known = MESSAGE_ID.exec(text)?.groups
    if (known !== undefined) messageIds.set(known['queueId'] ?? '', known['id'] ?? '')
    if (!/^(?:smtp|lmtp|local|virtual|pipe|error|discard|qmgr)$/.test(program)) continue
    const before = said.get(pid) ?? { troubles: [] }
    const trust = TRUST.exec(text)?.groups?.['trust']
    const found = DELIVERY.exec(text)?.groups
    if (trust !== undefined) {
      said.set(pid, { ...before, trust })
    } else if (found === undefined) {
      const trouble = TROUBLE.exec(text)?.groups?.['what']
      if (trouble !== undefined) said.set(pid, { troubles: [...before.troubles, trouble] })
    } else {
      const { queueId = '', recipient = '', relay = '', dsn = '', status = '' } = found
      const isListener = LISTENER.test(relay)
      deliveries.push({
        service: service ?? program,
        queueId,
        messageId: messageIds.get(queueId) ?? '',
        recipient,
        to: hostOf(relay),
        status,
        dsn,
        text: found['text'] ?? '',
        trust: isListener ? undefined : before.trust,
        troubles: before.troubles,
        line,
      })
      said.delete(pid)
    }
  }
  return deliveries
}

/** `mx.good.test[127.0.0.2]:25` is `mx.good.test`; a listener has the name of its pass. */
function hostOf(relay: string): string {
  const digit = LISTENER.exec(relay)?.[1]
  return LISTENERS[digit ?? ''] ?? relay.replace(/\[.*$/, '')
}

/**
 * One delivery as a person would tell it: `qtls: not verified, sent to re-qtls`,
 * `qtls: Verified, sent to mx.good.test`, `split: deferred 4.7.1`.
 */
export function told({ service, trust, troubles, status, dsn, to }: LoggedDelivery): string {
  const how = [...troubles.map(inShort), ...(trust === undefined ? [] : [trust])]
  const what = status === 'sent' ? `sent to ${to}` : `${status} ${dsn}`
  return `${service}: ${[...how, what].join(', ')}`
}

/** What Postfix says of a server, in a word or two. */
const IN_SHORT: readonly (readonly [RegExp, string])[] = [
  [/Server certificate not (?:verified|trusted)/, 'not verified'],
  [/TLS is required, but was not offered/, 'no TLS'],
  [/Cannot start TLS/, 'no handshake'],
  [/Connection refused|timed out/, 'not there'],
  [/does not accept mail/, 'takes no mail'],
  [/not found/, 'no such domain'],
]

function inShort(trouble: string): string {
  const said = / said: (\d{3}[ -](?:\d\.\d+\.\d+)?)/.exec(trouble)?.[1]
  if (said !== undefined) return said.replace('-', ' ').trim()
  return IN_SHORT.find(([pattern]) => pattern.test(trouble))?.[1] ?? trouble
}
