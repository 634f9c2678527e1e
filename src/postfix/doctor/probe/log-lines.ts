/** Lines of a mail log that belong to one message, and how its delivery ended. */
export interface LoggedTrial {
  readonly lines: readonly string[]
  readonly status: string | undefined
}

/** `Nov 24 14:00:00 host postfix/qtls/smtp[123]: text`, whatever the form of the time. */
const LINE = /\s(?<tag>[^\s[\]]+\/smtp)\[(?<pid>\d+)\]: (?<text>.*)$/

/** `QUEUEID: to=<recipient>, … status=sent (…)`, or `QUEUEID: TLS is required …`. */
const ENTRY = /^(?<queueId>[0-9A-Za-z]{5,32}): /

/**
 * Finds in a mail log what the lanes said of the message to one recipient. Lines about TLS have no
 * queue id: they belong to the message that the same process speaks of next.
 */
export function linesAbout(log: string, recipient: string): LoggedTrial {
  const queueId = queueIdOf(log, recipient)
  const waiting = new Map<string, string[]>()
  const lines: string[] = []
  let status: string | undefined
  for (const line of log.split('\n')) {
    const { pid, text = '' } = LINE.exec(line)?.groups ?? {}
    if (pid === undefined) continue
    const before = waiting.get(pid) ?? []
    const id = ENTRY.exec(text)?.groups?.['queueId']
    if (id === undefined) {
      waiting.set(pid, [...before, line])
      continue
    }
    waiting.delete(pid)
    if (id !== queueId) continue
    lines.push(...before, line)
    status = /\bstatus=(\w+)/.exec(text)?.[1] ?? status
  }
  return { lines, status }
}

/** A message of the probe has one recipient, so its queue id is the one that names it. */
function queueIdOf(log: string, recipient: string): string | undefined {
  const line = log.split('\n').find(one => one.includes(`: to=<${recipient}>,`))
  return line === undefined ? undefined : /: ([0-9A-Za-z]{5,32}): to=</.exec(line)?.[1]
}
