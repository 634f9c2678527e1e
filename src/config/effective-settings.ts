import { maskText } from '../log/mask.js'
import { parseConfig } from './load.js'
import { isTable } from './raw-section.js'
import { REPEATED } from './repeated-settings.js'
import { SECTIONS, TOP_SETTINGS, type Section } from './settings.js'
import type { Settings, TomlValue } from './setting.js'
import { tomlName, tomlText } from './toml-text.js'
import { parseToml, type TomlDocument } from './toml.js'

/**
 * All settings in force as TOML, each with the place it comes from. Credentials are masked.
 *
 * Throws  ERR_CONFIG_INVALID as `parseConfig` does.
 */
export function effectiveSettings(source: string, file: string | undefined): string {
  parseConfig(source, file)
  const document = parseToml(source, file ?? 'milter.conf')
  const sections = Object.entries<Section>(SECTIONS).map(([name, { settings }]) => {
    const given = document.values[name]
    const lines = settingLines(settings, isTable(given) ? given : {}, [name], document)
    return [`[${name}]`, ...lines, ''].join('\n')
  })
  const top = settingLines(TOP_SETTINGS, document.values, [], document)
  const others = [...Object.keys(REPEATED), 'plugin', 'rule'].flatMap(name => {
    const value = document.values[name]
    return value === undefined
      ? []
      : [`${name} = ${masked(name, value)}  # ${document.where([name], 'name')}`]
  })
  // Keys without a section have to stand before the first one.
  return [[...top, ...others, ''].join('\n'), ...sections].join('\n')
}

function settingLines(
  settings: Settings,
  given: Readonly<Record<string, unknown>>,
  path: readonly string[],
  document: TomlDocument,
): readonly string[] {
  return Object.entries(settings).map(([name, setting]) => {
    const isGiven = Object.hasOwn(given, name)
    const value = isGiven ? given[name] : (setting.default ?? '')
    const from = isGiven ? document.where([...path, name], 'value') : 'default'
    return `${tomlName(name)} = ${masked(name, value)}  # ${from}`
  })
}

/** Names of settings whose values nobody should see on a screen. */
const SECRET = /pass(?:word|phrase|wd)?$|secret|token|api_?key/i

function masked(name: string, value: unknown): string {
  return tomlText(withoutSecrets(name, value))
}

function withoutSecrets(name: string, value: unknown): TomlValue {
  if (SECRET.test(name)) return '***'
  if (typeof value === 'string') return maskText(value)
  if (Array.isArray(value)) return value.map(each => withoutSecrets('', each))
  if (isTable(value)) {
    const entries = Object.entries(value).map(([key, inner]) => [key, withoutSecrets(key, inner)])
    return Object.fromEntries(entries) as TomlValue
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
}
