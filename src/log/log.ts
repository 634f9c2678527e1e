import { createLogger, format, transports, type Logger } from 'winston'
import { LOG_FIELDS, type LogFields } from './fields.js'
import { maskText } from './mask.js'

/**
 * The log of the daemon: one line an event.
 *
 * `error`: an operator must act. `warn`: mail was deferred or a peer broke the protocol. `info`:
 * one line a message. `debug`: the protocol.
 */
export interface Log {
  error(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  debug(event: string, fields?: LogFields): void
  /** Whether a line of that level would be written: ask before costly fields are put together. */
  writes(level: LogLevel): boolean
  /** A log whose lines all carry these fields. */
  with(fields: LogFields): Log
}

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogOptions {
  readonly level: LogLevel
  readonly format: 'json' | 'text'
  /** Puts `<N>` before each line, as systemd reads it; default: when journald is listening. */
  readonly priorities?: boolean
  /** Where lines go, each with its line feed; default: standard error. */
  readonly stream?: NodeJS.WritableStream
  readonly now?: () => Date
}

/**
 * Makes a log.
 *
 * Source  sd-daemon(3) for the priorities, systemd.exec(5) for JOURNAL_STREAM
 */
export function createLog(options: LogOptions): Log {
  const {
    priorities = process.env['JOURNAL_STREAM'] !== undefined,
    stream = process.stderr,
    now = () => new Date(),
  } = options
  const render = options.format === 'json' ? jsonLine : textLine
  const logger = createLogger({
    level: options.level,
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    format: format.printf(({ level, message, fields }) => {
      const prefix = priorities ? `<${PRIORITIES[level as LogLevel]}>` : ''
      // journald stamps each line itself.
      const time = priorities ? undefined : now().toISOString()
      return prefix + render(time, level, String(message), fields as LogFields)
    }),
    transports: [new transports.Stream({ stream, eol: '\n' })],
  })
  return logOn(logger, {})
}

/** syslog(3): err, warning, info, debug. */
const PRIORITIES: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 }

function logOn(logger: Logger, bound: LogFields): Log {
  const write = (level: LogLevel, event: string, fields: LogFields | undefined): void => {
    if (!logger.isLevelEnabled(level)) return
    logger.log({ level, message: event, fields: { ...bound, ...fields } })
  }
  return Object.freeze({
    error: (event: string, fields?: LogFields) => write('error', event, fields),
    warn: (event: string, fields?: LogFields) => write('warn', event, fields),
    info: (event: string, fields?: LogFields) => write('info', event, fields),
    debug: (event: string, fields?: LogFields) => write('debug', event, fields),
    writes: (level: LogLevel) => logger.isLevelEnabled(level),
    with: (fields: LogFields) => logOn(logger, { ...bound, ...fields }),
  })
}

type Shown = readonly (readonly [name: string, value: string | number])[]

/** The fields of the list that are there, in its order, masked. */
function shown(fields: LogFields): Shown {
  const pairs: [string, string | number][] = []
  for (const name of LOG_FIELDS) {
    const value: string | number | undefined = fields[name]
    if (value === undefined) continue
    pairs.push([name, typeof value === 'number' ? value : maskText(value)])
  }
  return pairs
}

function jsonLine(
  time: string | undefined,
  level: string,
  event: string,
  fields: LogFields,
): string {
  const { queue_id: queueId, ...rest } = fields
  return JSON.stringify({
    ...Object.fromEntries(shown({ queue_id: queueId })),
    ...(time === undefined ? {} : { time }),
    level,
    event: maskText(event),
    ...Object.fromEntries(shown(rest)),
  })
}

function textLine(
  time: string | undefined,
  level: string,
  event: string,
  fields: LogFields,
): string {
  const { queue_id: queueId, ...rest } = fields
  const words = shown(rest).map(([name, value]) => `${name}=${quoted(value)}`)
  const start = time === undefined ? [] : [time]
  const id = queueId === undefined ? [] : [`${maskText(queueId)}:`]
  return [...start, level, ...id, maskText(event).replaceAll('\n', ' '), ...words].join(' ')
}

/** Values that could be read as more than one word stand in quotation marks, on one line. */
function quoted(value: string | number): string {
  const text = String(value)
  return /^[^\s"=\\]+$/.test(text) ? text : JSON.stringify(text)
}
