import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSyslogLine, type LogLine } from '../../src/evidence/log-line.js'
import { LogReader, type Evidence } from '../../src/evidence/log-reader.js'
import type { QueueEntryLog } from '../../src/store/evidence.js'
import { ROOT } from './tree-sources.js'

/** Noon of the day on which the lines were written. */
export const LOG_DAY = new Date(2026, 10, 24, 12).getTime()

/** Lines of test/fixtures/postfix-log. */
export function capturedLines(name: string): readonly string[] {
  const path = join(ROOT, 'test/fixtures/postfix-log', `${name}.log`)
  return readFileSync(path, 'utf8').split('\n').filter(Boolean)
}

export function parsedLine(line: string): LogLine {
  const parsed = parseSyslogLine(line, LOG_DAY)
  if (parsed === undefined) throw new Error(`not a line of Postfix: ${line}`)
  return parsed
}

export function evidenceIn(lines: readonly string[]): Evidence {
  const reader = new LogReader()
  for (const line of lines) reader.read(parsedLine(line))
  return reader.take()
}

/** What the lines say about one queue entry. */
export function entryIn(lines: readonly string[], queueId: string): QueueEntryLog {
  const { deliveries, attempts } = evidenceIn(lines)
  return {
    deliveries: deliveries.filter(each => each.queueId === queueId),
    attempts: attempts.filter(each => each.queueId === queueId),
  }
}
