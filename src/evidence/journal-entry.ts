import { parseTag, type LogLine } from './log-line.js'

/** One entry of the systemd journal. */
export interface JournalEntry {
  /** Where the journal can be read on from. */
  readonly cursor: string
  /** Undefined when it is no line of a Postfix program. */
  readonly line: LogLine | undefined
}

/** Fields that are asked of the journal; cursor and time come with every entry. */
export const JOURNAL_FIELDS = ['MESSAGE', 'SYSLOG_IDENTIFIER', 'SYSLOG_PID', '_PID', '_HOSTNAME']

/**
 * Reads a line of `journalctl -o json`.
 *
 * Gives   undefined for what is no entry.
 * Source  https://systemd.io/JOURNAL_EXPORT_FORMATS: a text that is not UTF-8 is a list of bytes
 */
export function parseJournalEntry(json: string): JournalEntry | undefined {
  const entry = asObject(json)
  const cursor = entry?.['__CURSOR']
  if (entry === undefined || typeof cursor !== 'string' || !/^[\x21-\x7e]{1,500}$/.test(cursor))
    return undefined
  return { cursor, line: lineOf(entry) }
}

function lineOf(entry: Readonly<Record<string, unknown>>): LogLine | undefined {
  const tag = textOf(entry['SYSLOG_IDENTIFIER'])
  const text = textOf(entry['MESSAGE'])
  const pid = textOf(entry['SYSLOG_PID']) ?? textOf(entry['_PID'])
  const micros = textOf(entry['__REALTIME_TIMESTAMP'])
  if (tag === undefined || text === undefined || pid === undefined || micros === undefined)
    return undefined
  const names = parseTag(tag)
  if (names === undefined || !/^\d{1,10}$/.test(pid) || !/^\d{1,17}$/.test(micros)) return undefined
  return {
    at: Math.floor(Number(micros) / 1000),
    process: `${textOf(entry['_HOSTNAME']) ?? ''} ${tag}[${pid}]`,
    ...names,
    text,
  }
}

function asObject(json: string): Readonly<Record<string, unknown>> | undefined {
  if (!json.startsWith('{')) return undefined
  try {
    return JSON.parse(json) as Record<string, unknown>
  } catch (thrown) {
    // What is cut off or forged is no entry.
    if (thrown instanceof SyntaxError) return undefined
    throw thrown
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return undefined
  return value.every(byte => typeof byte === 'number')
    ? Buffer.from(value).toString('utf8')
    : undefined
}
