import { REPEATED } from './repeated-settings.js'
import { SECTIONS, TOP_SETTINGS, type Section } from './settings.js'
import type { Settings, TomlValue } from './setting.js'
import { tomlText } from './toml-text.js'

/** The text of docs/reference/settings.md. */
export function settingsPage(): string {
  const sections = Object.entries<Section>(SECTIONS).flatMap(([name, { doc, see, settings }]) => [
    `## \`[${name}]\``,
    see === undefined ? doc : `${doc} See [${see}](../../${see}).`,
    settingsTable(settings),
  ])
  const repeated = Object.entries(REPEATED).flatMap(([name, { doc, fields }]) => [
    `## \`[[${name}]]\``,
    `${doc} May stand several times.`,
    settingsTable(fields ?? {}),
  ])
  return [HEAD, settingsTable(TOP_SETTINGS), ...sections, ...repeated, FOREIGN].join('\n\n') + '\n'
}

/** The settings of a section or of a plugin as a Markdown table. */
export function settingsTable(settings: Settings): string {
  const rows = Object.entries(settings).map(([name, { doc, values, default: value, fields }]) => {
    const inner = Object.entries(fields ?? {}).map(
      ([field, each]) => `<br>\`${field}\`: ${each.doc} (${each.values})`,
    )
    const cells = [`\`${name}\``, values, shownDefault(value), doc + inner.join('')]
    return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  if (rows.length === 0) return 'None.'
  return ['| setting | may be | default | |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

const HEAD = `# Settings

Generated from the catalogue in src/config/settings.ts; do not edit. The file is milter.conf, in TOML. A setting that is not given has
its default; the command line goes before the file. An unknown name is refused with its place and the nearest known one. A relative
path counts from the directory of the file, unless its line says otherwise.

## Before the first section`

const FOREIGN = `## \`[plugin."NAME"]\`

Settings of one plugin, under its name or under what stands in \`[plugins]\`; \`postseal plugins NAME\` prints them. The host reads two
itself: \`run_in\` ("default", "main" or "worker": the thread) and \`timeout\` (for one message; "0s" means that of \`[plugins]\`).

## \`[[rule]]\`

Rules for senders, recipients, domains, tags, headers, names of attachments and sizes. See
[policies/README.md](../../policies/README.md).`

/** Longer defaults than this make a table that nobody can read. */
const LONGEST_DEFAULT = 300

function shownDefault(value: TomlValue | undefined): string {
  if (value === undefined) return 'none, must be given'
  const text = tomlText(value)
  const shown = text.length > LONGEST_DEFAULT ? `${text.slice(0, LONGEST_DEFAULT)}…` : text
  return `\`${shown}\``
}
