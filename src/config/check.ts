import type { z } from 'zod'
import { GatewayError } from '../errors.js'
import { objectOf } from './kinds.js'
import { didYouMean } from './nearest.js'
import type { RawSection } from './raw-section.js'
import type { Settings, Values } from './setting.js'
import type { TomlPath } from './toml.js'

/** Something wrong in a table, at the name or the value of `path`. */
export interface Problem {
  readonly path: TomlPath
  readonly of: 'name' | 'value'
  readonly what: string
}

export type Checked<T> =
  | { readonly values: T; readonly problems?: undefined }
  | { readonly values?: undefined; readonly problems: readonly Problem[] }

/**
 * Checks the values of a table against its settings and fills in the defaults.
 *
 * Gives   frozen values, or all problems at once.
 */
export function checkSettings<C extends Settings>(settings: C, raw: unknown): Checked<Values<C>> {
  const result = objectOf(settings, 'must be a table').safeParse(raw, { reportInput: true })
  if (result.success) return { values: freezeDeep(result.data) }
  return { problems: result.error.issues.flatMap(issue => problemsOf(issue, settings)) }
}

/** The line of a problem: `file:line:column: name: what`. */
export function problemLine(problem: Problem, section: RawSection): string {
  return `${section.where(problem.path, problem.of)}: ${nameOf(problem.path)}${problem.what}`
}

/** The error of a file with problems, one a line. */
export function invalidSettings(lines: readonly string[]): GatewayError {
  return new GatewayError('ERR_CONFIG_INVALID', { problems: [...new Set(lines)].join('\n') })
}

export function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) freezeDeep(inner)
  return Object.freeze(value)
}

function problemsOf(issue: z.core.$ZodIssue, settings: Settings): readonly Problem[] {
  const path = issue.path.map(step => (typeof step === 'symbol' ? String(step) : step))
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(settingsAt(settings, path) ?? {})
    return issue.keys.map(key => ({
      path: [...path, key],
      of: 'name',
      what: `unknown name${didYouMean(key, known)}`,
    }))
  }
  if (issue.code === 'invalid_key') {
    return [{ path, of: 'name', what: issue.issues[0]?.message ?? issue.message }]
  }
  const missing = issue.input === undefined ? 'is missing; ' : ''
  return [{ path, of: 'value', what: `${missing}${issue.message}` }]
}

/** The settings of the table at `path`: of the section itself or of an entry of a `tables` setting. */
function settingsAt(settings: Settings, path: TomlPath): Settings | undefined {
  const [name, , ...rest] = path
  if (name === undefined) return settings
  const fields = settings[name]?.fields
  return fields === undefined ? undefined : settingsAt(fields, rest)
}

function nameOf(path: TomlPath): string {
  const name = path.map(step => (typeof step === 'number' ? `${step + 1}` : step)).join('.')
  return name === '' ? '' : `${name}: `
}
