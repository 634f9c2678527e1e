import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorsPage } from '../config/errors-page.js'
import { exampleFile } from '../config/example-file.js'
import { packageRoot } from '../config/root.js'
import { settingsPage, settingsTable } from '../config/settings-page.js'
import { ERRORS } from '../errors.js'
import { importPlugin } from '../host/module.js'
import { resolvePlugin } from '../host/resolve.js'
import { reasonCodesPage } from '../qtls/reason-codes-page.js'
import { tlsProfilesPage } from '../qtls/tls-profiles-page.js'
import { shippedPlugins } from '../host/shipped.js'

/**
 * The files of the package that are made from its catalogues.
 *
 * Gives   their texts by their names, relative to the package. docs/reference/cli.md is not among
 *         them: it is made from what the built command prints.
 */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map([
    ['milter.conf.example', exampleFile()],
    ['docs/reference/settings.md', settingsPage()],
    ['docs/reference/errors.md', errorsPage(ERRORS)],
    ['docs/reference/reason-codes.md', reasonCodesPage()],
    ['docs/reference/tls-profiles.md', tlsProfilesPage()],
  ])
  for (const name of shippedPlugins()) {
    const file = `plugins/${name}/README.md`
    const path = join(packageRoot(), file)
    if (existsSync(path)) files.set(file, await withSettings(name, readFileSync(path, 'utf8')))
  }
  return files
}

const MARKED = /(<!-- settings:begin -->\n)[^]*?(<!-- settings:end -->)/

/** A plugin's manual with the table of its settings between the markers. */
async function withSettings(name: string, manual: string): Promise<string> {
  const module = resolvePlugin(name, packageRoot())
  if (module === undefined || !MARKED.test(manual)) {
    throw new Error(`plugins/${name}/README.md has no markers for the settings`)
  }
  const { config } = await importPlugin(module.url, name)
  return manual.replace(MARKED, (_, begin: string, end: string) => {
    return `${begin}\n${settingsTable(config)}\n\n${end}`
  })
}
