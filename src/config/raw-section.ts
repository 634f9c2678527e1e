import type { TomlDocument, TomlPath } from './toml.js'

/**
 * A table of milter.conf whose settings another room knows: `[plugin."NAME"]`, `[[rule]]`.
 */
export interface RawSection {
  readonly values: Readonly<Record<string, unknown>>
  /** `file:line:column` of a name, or of the value after it, in this table. */
  readonly where: (path: TomlPath, of: 'name' | 'value') => string
}

/** The table at `path` of a document. */
export function rawSection(
  document: TomlDocument,
  path: TomlPath,
  values: Readonly<Record<string, unknown>>,
): RawSection {
  return Object.freeze({
    values,
    where: (inner: TomlPath, of: 'name' | 'value') => document.where([...path, ...inner], of),
  })
}

/** A table that nobody wrote: a plugin without settings in the file. */
export function emptySection(name: string): RawSection {
  return Object.freeze({ values: Object.freeze({}), where: () => name })
}

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return !(value instanceof Date)
}
