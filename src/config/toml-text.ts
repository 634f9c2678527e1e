import type { TomlValue } from './setting.js'

/** A value as it is written in a TOML file, on one line. */
export function tomlText(value: TomlValue): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object') return String(value)
  if (isList(value)) return `[${value.map(tomlText).join(', ')}]`
  const pairs = Object.entries(value).map(
    ([name, inner]) => `${tomlName(name)} = ${tomlText(inner)}`,
  )
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

/** A name as it is written before an equals sign or in square brackets. */
export function tomlName(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : quoted(name)
}

/** A basic string; JSON's escapes are TOML's, but for DEL, which JSON leaves as it is. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f')
}

function isList(value: TomlValue): value is readonly TomlValue[] {
  return Array.isArray(value)
}
