import { invalidSettings } from './check.js'
import { isTable } from './raw-section.js'
import type { TomlDocument, TomlPath } from './toml.js'

/** Settings from the command line: dotted names such as `listen.socket`, with their values. */
export type Overrides = Readonly<Record<string, unknown>>

/** A document with some of its values replaced; these stand on the `command line`. */
export function overridden(document: TomlDocument, overrides: Overrides): TomlDocument {
  const paths = Object.keys(overrides).map(name => name.split('.'))
  if (paths.length === 0) return document
  let values = document.values
  for (const path of paths) values = withValue(values, path, overrides[path.join('.')])
  return {
    values,
    where: (path, of) =>
      paths.some(replaced => startsWith(path, replaced))
        ? 'command line'
        : document.where(path, of),
  }
}

function withValue(
  values: Readonly<Record<string, unknown>>,
  path: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  const [name, ...rest] = path
  if (name === undefined) return values
  if (rest.length === 0) return { ...values, [name]: value }
  const inner = values[name] ?? {}
  if (!isTable(inner)) throw invalidSettings([`command line: ${name}: must be a table`])
  return { ...values, [name]: withValue(inner, rest, value) }
}

function startsWith(path: TomlPath, start: TomlPath): boolean {
  return start.every((name, index) => path[index] === name)
}
