import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { GatewayError, reasonOf } from '../errors.js'
import { checkSettings, freezeDeep, invalidSettings, problemLine } from './check.js'
import { didYouMean } from './nearest.js'
import { overridden, type Overrides } from './override.js'
import { resolvePaths } from './paths.js'
import { isTable, rawSection, type RawSection } from './raw-section.js'
import { REPEATED } from './repeated-settings.js'
import { SECTIONS, TOP_SETTINGS, type SettingValues } from './settings.js'
import type { Settings } from './setting.js'
import { parseToml, type TomlDocument, type TomlPath } from './toml.js'

/** Where the settings are when the command line does not say. */
export const DEFAULT_FILE = '/etc/postseal/milter.conf'

/**
 * All settings, frozen. Names are those of the file; times are in milliseconds, sizes in bytes,
 * paths absolute.
 */
export interface Config extends SettingValues {
  /** The file that was read; undefined when there was none. */
  readonly file: string | undefined
  /** Where relative paths of the file count from. */
  readonly directory: string
  /** `[plugin."NAME"]`, by name; the host checks them against what each plugin declares. */
  readonly plugin: ReadonlyMap<string, RawSection>
  /** `[[rule]]`, in order; checked by whoever reads the rules. */
  readonly rule: readonly RawSection[]
  /** `file:line:column` of a name or value in the file, for problems found later. */
  readonly where: (path: TomlPath, of: 'name' | 'value') => string
}

/**
 * Reads the settings: defaults, then the file, then the command line.
 *
 * Shape   `file` undefined takes DEFAULT_FILE if there is one; `overrides` maps dotted names such
 *         as `listen.socket` to values.
 * Throws  ERR_CONFIG_FILE when the file cannot be read, ERR_CONFIG_INVALID with all problems.
 */
export function loadConfig(file?: string, overrides: Overrides = {}): Config {
  const read = readSettingsFile(file)
  return parseConfig(read?.text ?? '', read?.path, overrides)
}

/** Reads the settings from text; see `loadConfig`. */
export function parseConfig(
  source: string,
  file: string | undefined,
  overrides: Overrides = {},
): Config {
  const path = file === undefined ? undefined : resolve(file)
  const document = overridden(parseToml(source, path ?? 'milter.conf'), overrides)
  const directory = path === undefined ? process.cwd() : dirname(path)
  const checked = checkDocument(document)
  const values = resolvePaths(checked.values, directory)
  return Object.freeze({
    ...freezeDeep(values),
    ...checked.foreign,
    file: path,
    directory,
    where: document.where,
  })
}

/** The text of the settings file; undefined when none was named and there is none. */
export function readSettingsFile(
  file: string | undefined,
): { readonly path: string; readonly text: string } | undefined {
  const path = resolve(file ?? DEFAULT_FILE)
  try {
    return { path, text: readFileSync(path, 'utf8') }
  } catch (thrown) {
    const absent = (thrown as NodeJS.ErrnoException).code === 'ENOENT'
    if (file === undefined && absent) return undefined
    throw new GatewayError('ERR_CONFIG_FILE', { file: path, reason: reasonOf(thrown) }, thrown)
  }
}

interface Foreign {
  readonly plugin: ReadonlyMap<string, RawSection>
  readonly rule: readonly RawSection[]
}

/** Sections that other rooms check. */
const FOREIGN = ['plugin', 'rule']

const ROOT_NAMES = [
  ...Object.keys({ ...TOP_SETTINGS, ...REPEATED }),
  ...Object.keys(SECTIONS),
  ...FOREIGN,
]

function checkDocument(document: TomlDocument): { values: SettingValues; foreign: Foreign } {
  const problems: string[] = []
  const whole = rawSection(document, [], document.values)
  for (const name of Object.keys(document.values)) {
    if (ROOT_NAMES.includes(name)) continue
    const suggestion = didYouMean(name, ROOT_NAMES)
    problems.push(`${whole.where([name], 'name')}: ${name}: unknown name${suggestion}`)
  }
  const check = (settings: Settings, section: string | undefined): object => {
    const raw = section === undefined ? only(document.values, settings) : document.values[section]
    const checked = checkSettings(settings, raw ?? {})
    if (checked.problems === undefined) return checked.values
    for (const problem of checked.problems) {
      const path = section === undefined ? problem.path : [section, ...problem.path]
      problems.push(problemLine({ ...problem, path }, whole))
    }
    return {}
  }
  const top = check({ ...TOP_SETTINGS, ...REPEATED }, undefined)
  const sections = Object.entries(SECTIONS).map(([name, { settings }]) => [
    name,
    check(settings, name),
  ])
  const foreign = {
    plugin: pluginTables(whole, document, problems),
    rule: ruleTables(whole, document, problems),
  }
  if (problems.length > 0) throw invalidSettings(problems)
  // Put together name by name from the catalogue that the type is made of.
  return { values: { ...top, ...Object.fromEntries(sections) } as SettingValues, foreign }
}

function only(values: Readonly<Record<string, unknown>>, settings: Settings): object {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => Object.hasOwn(settings, name)),
  )
}

function pluginTables(
  whole: RawSection,
  document: TomlDocument,
  problems: string[],
): ReadonlyMap<string, RawSection> {
  const found = new Map<string, RawSection>()
  const raw = document.values['plugin'] ?? {}
  if (!isTable(raw)) {
    problems.push(
      `${whole.where(['plugin'], 'value')}: plugin: must be tables, as in [plugin."NAME"]`,
    )
    return found
  }
  for (const [name, values] of Object.entries(raw)) {
    if (isTable(values)) found.set(name, rawSection(document, ['plugin', name], values))
    else problems.push(`${whole.where(['plugin', name], 'value')}: plugin.${name}: must be a table`)
  }
  return found
}

function ruleTables(
  whole: RawSection,
  document: TomlDocument,
  problems: string[],
): readonly RawSection[] {
  const raw = document.values['rule'] ?? []
  if (Array.isArray(raw) && raw.every(isTable)) {
    return Object.freeze(raw.map((values, index) => rawSection(document, ['rule', index], values)))
  }
  problems.push(`${whole.where(['rule'], 'value')}: rule: must be tables, written [[rule]]`)
  return []
}
