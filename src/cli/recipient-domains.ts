import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { readEvent } from '../evidence/log-event.js'
import { parseSyslogLine } from '../evidence/log-line.js'
import { normalDomain } from '../store/domain-name.js'
import { UsageError } from './exit.js'
import { printable } from './output.js'

/** More domains than any organisation writes to. */
const MAX_DOMAINS = 5_000_000
const MAX_LINE = 16_384

/** Programs that send to other servers. */
const OUTGOING: ReadonlySet<string> = new Set(['smtp'])

/**
 * Counts messages by recipient domain: in a log of Postfix, or in lines `DOMAIN[,MESSAGES]`.
 *
 * Gives   the domains outside with their messages, and how many lines said nothing of either kind.
 * Throws  UsageError for a file that cannot be read, or one with too many domains.
 */
export async function recipientDomains(
  file: string,
  isInternal: (domain: string) => boolean,
  now: number,
): Promise<{ readonly messages: ReadonlyMap<string, number>; readonly unread: number }> {
  const messages = new Map<string, number>()
  let unread = 0
  const input = file === '-' ? process.stdin : createReadStream(file)
  const failed = new Promise<never>((_, fail) => {
    input.once('error', (thrown: NodeJS.ErrnoException) => {
      fail(new UsageError(`cannot read ${printable(file)}: ${thrown.code}`))
    })
  })
  const read = async (): Promise<void> => {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const found = countIn(line.slice(0, MAX_LINE), now)
      if (found === undefined) unread += 1
      if (found === undefined || found === 'nothing') continue
      const domain = normalDomain(found.domain)
      if (domain === undefined || domain.startsWith('[') || isInternal(domain)) continue
      messages.set(domain, (messages.get(domain) ?? 0) + found.messages)
      if (messages.size > MAX_DOMAINS)
        throw new UsageError(`${printable(file)} has more than ${MAX_DOMAINS} domains`)
    }
  }
  await Promise.race([read(), failed])
  return { messages, unread }
}

/** `nothing` for a line that is understood and counts for nothing; undefined for any other. */
function countIn(
  line: string,
  now: number,
): { readonly domain: string; readonly messages: number } | 'nothing' | undefined {
  if (/^\s*(?:#|$)/.test(line)) return 'nothing'
  const list = /^\ufeff?"?([^",;\s]{1,255})"?(?:[,;\t]\s*"?(\d{1,12})"?.*)?$/.exec(line)
  if (list?.[1] !== undefined) {
    const domain = list[1].slice(list[1].lastIndexOf('@') + 1)
    return /^[^.]+$/.test(domain) ? 'nothing' : { domain, messages: Number(list[2] ?? 1) }
  }
  const parsed = parseSyslogLine(line, now)
  if (parsed === undefined) return undefined
  const event = OUTGOING.has(parsed.program) ? readEvent(parsed) : undefined
  // A message that is deferred is tried again, and counts when it has left or has come back.
  if (event?.kind !== 'delivery' || !/^(?:sent|bounced)$/.test(event.status)) return 'nothing'
  if (/^(?:127\.|\[?::1)/.test(/\[([^\]]+)\]/.exec(event.relay)?.[1] ?? '')) return 'nothing'
  const domain = event.recipient.slice(event.recipient.lastIndexOf('@') + 1)
  return { domain, messages: 1 }
}
