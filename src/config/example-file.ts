import { REPEATED } from './repeated-settings.js'
import { SECTIONS, TOP_SETTINGS, type Section } from './settings.js'
import type { Setting, Settings } from './setting.js'
import { tomlText } from './toml-text.js'

/** The text of milter.conf.example: every setting with its sentence and its default. */
export function exampleFile(): string {
  const sections = Object.entries<Section>(SECTIONS).map(([name, section]) =>
    [
      ...comment(section.doc),
      `[${name}]`,
      '',
      ...settingLines(section.settings),
      ...(section.see === undefined ? [] : [`# See ${section.see}`, '']),
    ].join('\n'),
  )
  const repeated = Object.entries(REPEATED).map(([name, setting]) => repeatedLines(name, setting))
  return [HEAD, settingLines(TOP_SETTINGS).join('\n'), ...sections, ...repeated, PLUGIN]
    .join('\n')
    .trimEnd()
    .concat('\n')
}

const HEAD = `# milter.conf: settings of Postseal, in TOML.
#
# Every setting stands here with its default; remove the "#" to change one. Times have a unit
# (ms, s, m, h, d), sizes too (B, K, M, G). \`postseal config check\` reads the file and says what is
# wrong with it. Generated from the catalogue of settings; docs/reference/settings.md says more.
`

const PLUGIN = `# Settings of one plugin; its README lists them. The host itself reads two of them:
# run_in ("main" or "worker") and timeout.
#[plugin."classify/header"]
#timeout = "5s"

# Rules for senders, recipients and domains, one table each.
# See policies/README.md
#[[rule]]
`

const WIDTH = 98

function settingLines(settings: Settings): readonly string[] {
  return Object.entries(settings).flatMap(([name, setting]) => [
    ...comment(setting.doc),
    `#${name} = ${tomlText(setting.default ?? setting.example ?? '')}`,
    ...(setting.example === undefined || setting.default === undefined
      ? []
      : [`# Example: ${name} = ${tomlText(setting.example)}`]),
    '',
  ])
}

function repeatedLines(name: string, setting: Setting<unknown>): string {
  const fields = Object.entries(setting.fields ?? {}).flatMap(([field, { doc, example }]) => [
    ...comment(doc),
    `#${field} = ${tomlText(example ?? '')}`,
  ])
  return [...comment(setting.doc), `#[[${name}]]`, ...fields, ''].join('\n')
}

/** A sentence as comment lines of bounded width. */
function comment(sentence: string): readonly string[] {
  const lines: string[] = []
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(`# ${word}`)
  }
  return lines
}
