import { TomlError, parse } from 'smol-toml'
import { ParseError, parseTOML } from 'toml-eslint-parser'
import { GatewayError } from '../errors.js'
import { readPositions } from './positions.js'

/** Largest settings file that is read, in bytes: far above any honest one. */
export const MAX_FILE_SIZE = 4 * 1024 * 1024

/** The names that lead to a value: `['listen', 'socket']`, `['rule', 0, 'sender']`. */
export type TomlPath = readonly (string | number)[]

export interface TomlDocument {
  readonly values: Readonly<Record<string, unknown>>
  /** `file:line:column` of a name or, where the path does not exist, of what it would stand in. */
  readonly where: (path: TomlPath, of: 'name' | 'value') => string
}

/**
 * Reads a TOML file, keeping where everything stands.
 *
 * Throws  ERR_CONFIG_INVALID with file, line and column for what is not TOML.
 * Source  TOML 1.0
 */
export function parseToml(source: string, file: string): TomlDocument {
  if (source.length > MAX_FILE_SIZE) {
    throw new GatewayError('ERR_CONFIG_INVALID', {
      problems: `${file}:1:1: larger than ${MAX_FILE_SIZE} bytes`,
    })
  }
  try {
    const values = parse(source)
    // Where things stand is asked for in errors alone, and takes far longer than to read them.
    let positions: ReturnType<typeof readPositions> | undefined
    return {
      values,
      where: (path, of) => {
        positions ??= positionsIn(source, file)
        const { line, column } = positions(path, of)
        return `${file}:${line}:${column + 1}`
      },
    }
  } catch (thrown) {
    throw syntaxError(thrown, file)
  }
}

function positionsIn(source: string, file: string): ReturnType<typeof readPositions> {
  try {
    return readPositions(parseTOML(source))
  } catch (thrown) {
    throw syntaxError(thrown, file)
  }
}

/** First lines of the parsers' messages; what follows them quotes the file. */
function syntaxError(thrown: unknown, file: string): unknown {
  if (thrown instanceof TomlError) {
    const reason = (thrown.message.split('\n', 1)[0] ?? '').replace(/^Invalid TOML document: /, '')
    return invalid(`${file}:${thrown.line}:${thrown.column}: ${reason}`, thrown)
  }
  if (thrown instanceof ParseError) {
    return invalid(`${file}:${thrown.lineNumber}:${thrown.column + 1}: ${thrown.message}`, thrown)
  }
  if (thrown instanceof RangeError) return invalid(`${file}:1:1: nested too deep`, thrown)
  return thrown
}

function invalid(problems: string, cause: unknown): GatewayError {
  return new GatewayError('ERR_CONFIG_INVALID', { problems }, cause)
}
