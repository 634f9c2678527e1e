import { readTimeStamp } from './time-stamp.js'

/** One line of a Postfix program, taken apart as far as every program's lines are alike. */
export interface LogLine {
  /** Epoch milliseconds. */
  readonly at: number
  /** What tells one running process from all others in the log. */
  readonly process: string
  /** Name of the program: `smtp`, `qmgr`, … */
  readonly program: string
  /** Name that syslog_name gives the service, else that of the program: `qtls`, `smtp`, … */
  readonly service: string
  readonly text: string
}

/** Longest line that is looked at; Postfix ends its own at about 2,000 characters. */
export const MAX_LINE = 8192

/**
 * Reads a line of a log file, as syslogd and postlogd(8) write it.
 *
 * Shape   `TIME HOST NAME[PID]: TEXT`, where NAME is `postfix/smtp`, or `postfix/qtls/smtp` with a
 *         syslog_name of the service's own. Names without a slash are not Postfix's.
 * Gives   undefined for lines of others and what is no line at all.
 */
export function parseSyslogLine(line: string, now: number): LogLine | undefined {
  const time = readTimeStamp(line, now)
  if (time === undefined) return undefined
  const found = HEADER.exec(line.slice(time.length, time.length + MAX_LINE))
  const { host, tag = '', pid, text = '' } = found?.groups ?? {}
  const names = parseTag(tag)
  if (names === undefined) return undefined
  return { at: time.at, process: `${host} ${tag}[${pid}]`, ...names, text }
}

const HEADER = /^(?<host>\S{1,255}) (?<tag>[^\s[\]:]{1,200})\[(?<pid>\d{1,10})\]: (?<text>.*)$/s

/**
 * Splits the name that a Postfix program logs under.
 *
 * Gives   undefined for one without a slash.
 */
export function parseTag(tag: string): { program: string; service: string } | undefined {
  const parts = tag.split('/')
  const program = parts.at(-1)
  if (parts.length < 2 || program === undefined || !parts.every(isName)) return undefined
  const service = parts.length > 2 ? parts.at(-2) : undefined
  return { program, service: service ?? program }
}

function isName(part: string): boolean {
  return /^[\w.+-]{1,64}$/.test(part)
}
