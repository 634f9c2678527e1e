import type { Test } from 'tap'
import type { LogFields } from '../../src/log/fields.js'
import { LOG_LEVELS, type Log, type LogLevel } from '../../src/log/log.js'

export interface LogLine {
  readonly level: LogLevel
  readonly event: string
  readonly fields: LogFields
}

/**
 * A log for tests that remembers its lines, and fails the test when a warning or an error was
 * written that the test did not announce with `expect`.
 */
export function recordLog(t: Test): {
  readonly log: Log
  readonly lines: readonly LogLine[]
  readonly expect: (event: string) => void
} {
  const lines: LogLine[] = []
  const expected: string[] = []
  t.teardown(() => {
    const loud = lines.filter(({ level }) => level === 'warn' || level === 'error')
    const unannounced = loud.filter(({ event }) => !expected.includes(event))
    if (unannounced.length > 0) {
      throw new Error(`logged and not announced: ${JSON.stringify(unannounced)}`)
    }
    const missing = expected.filter(event => !loud.some(line => line.event === event))
    if (missing.length > 0) throw new Error(`announced and not logged: ${missing.join(', ')}`)
  })
  return { log: logInto(lines, {}), lines, expect: event => void expected.push(event) }
}

function logInto(lines: LogLine[], bound: LogFields): Log {
  const write = Object.fromEntries(
    LOG_LEVELS.map(level => [
      level,
      (event: string, fields: LogFields = {}) =>
        void lines.push({ level, event, fields: { ...bound, ...fields } }),
    ]),
  ) as Record<LogLevel, (event: string, fields?: LogFields) => void>
  return { ...write, writes: () => true, with: fields => logInto(lines, { ...bound, ...fields }) }
}
