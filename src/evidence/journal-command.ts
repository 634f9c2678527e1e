import { JOURNAL_FIELDS } from './journal-entry.js'

/** Where journalctl(1) is to begin and end. */
export interface JournalSpan {
  /** Entry that was read last; it is given once more. */
  readonly cursor?: string | undefined
  /** Microseconds since the epoch, where the cursor is not known any more. */
  readonly since?: string | undefined
  /** Without both: from the first entry, else from the last one. */
  readonly fromStart?: boolean
  /** Waits for more at the end. */
  readonly follow?: boolean
  /** At most so many entries before the cursor, newest first. */
  readonly before?: number
}

/** Facility `mail` (RFC 3164): syslog_facility of Postfix, and no other field tells its lines alone. */
const MAIL_FACILITY = 'SYSLOG_FACILITY=2'

/**
 * The arguments of journalctl(1).
 *
 * Shape   `users` are numbers of the users that may write such lines: the journal vouches for them,
 *         while anybody may log under the name of Postfix. Empty: anybody.
 */
export function journalArguments(span: JournalSpan, users: readonly number[]): readonly string[] {
  return [
    '--output=json',
    `--output-fields=${JOURNAL_FIELDS.join(',')}`,
    '--no-pager',
    ...(span.follow === true ? ['--follow'] : []),
    ...beginning(span),
    MAIL_FACILITY,
    ...users.map(user => `_UID=${user}`),
  ]
}

function beginning({ cursor, since, fromStart, before }: JournalSpan): readonly string[] {
  if (cursor !== undefined && before !== undefined)
    return [`--cursor=${cursor}`, '--reverse', `--lines=${before}`]
  // --after-cursor leaves out an entry when the one of the cursor is gone (systemd 252).
  if (cursor !== undefined) return ['--no-tail', `--cursor=${cursor}`]
  if (since !== undefined) return ['--no-tail', `--since=@${microsecondsAsSeconds(since)}`]
  return fromStart === true ? ['--no-tail'] : ['--lines=1']
}

/** `1795500000123456` as `1795500000.123456`. */
function microsecondsAsSeconds(micros: string): string {
  const padded = micros.padStart(7, '0')
  return `${padded.slice(0, -6)}.${padded.slice(-6)}`
}

/** The time that a cursor holds, in microseconds; undefined when it holds none. */
export function timeOfCursor(cursor: string): string | undefined {
  const hex = /(?:^|;)t=([0-9a-f]{1,14})(?:;|$)/.exec(cursor)?.[1]
  return hex === undefined ? undefined : BigInt(`0x${hex}`).toString()
}
