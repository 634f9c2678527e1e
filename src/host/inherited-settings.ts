import type { Config } from '../config/load.js'
import type { RawSection } from '../config/raw-section.js'

/**
 * The section of a plugin with what it inherits: settings of its own names that the sections of other
 * plugins hold and its own does not. The first of those sections that has one counts; `seal` stands for
 * what the section [seal] says of the company, which is always there.
 *
 * Gives   a section whose places are those of the sections that the values come from.
 */
export function withInherited(
  own: RawSection,
  inherits: readonly string[],
  names: readonly string[],
  config: Pick<Config, 'plugin'> & Partial<Pick<Config, 'seal'>>,
): RawSection {
  const values: Record<string, unknown> = { ...own.values }
  const sources = new Map<string, RawSection>()
  for (const name of names) {
    if (Object.hasOwn(own.values, name)) continue
    const source = inherits
      .map(of => (of === 'seal' ? sealSection(own, config.seal) : config.plugin.get(of)))
      .find(section => section !== undefined && Object.hasOwn(section.values, name))
    if (source === undefined) continue
    values[name] = source.values[name]
    sources.set(name, source)
  }
  return Object.freeze({
    values,
    where: (path: Parameters<RawSection['where']>[0], of: 'name' | 'value') =>
      (sources.get(String(path[0])) ?? own).where(path, of),
  })
}

/** What it says was checked already: no mistake is told of it. */
function sealSection(own: RawSection, seal: Config['seal'] | undefined): RawSection | undefined {
  if (seal === undefined) return undefined
  const { company, contact } = seal
  return { values: { company, contact }, where: own.where }
}
