import type { CommandModule } from 'yargs'
import { askSettings } from '../../ask/wishes.js'
import { effectiveSettings } from '../../config/effective-settings.js'
import { settingsSchema } from '../../config/json-schema.js'
import { loadConfig, readSettingsFile } from '../../config/load.js'
import { loadPolicy, type Policy } from '../../gateway/policy.js'
import { loadHost } from '../../host/load.js'
import { createLog } from '../../log/log.js'
import type { Action } from '../../policy/model.js'
import type { Command, GlobalOptions } from '../command.js'
import { printJson, printLine, printNotice, printable } from '../output.js'

const check: Command = {
  command: 'check',
  describe: 'Read the settings, those of the plugins too, and say what is wrong',
  builder: yargs => yargs.strict(),
  handler: async ({ config: file }) => {
    const config = loadConfig(file)
    const policy = loadPolicy(config)
    const { hasWay } = askSettings(config)
    const host = await loadHost(config, createLog({ level: 'warn', format: 'text' }))
    await host.close()
    printLine(`${config.file ?? 'No file, the defaults'}: no problems found.`)
    for (const note of notYet(policy, hasWay)) printNotice(note)
  },
}

const show: Command = {
  command: 'show',
  describe: 'Print all settings in force and where each comes from; credentials are masked',
  builder: yargs => yargs.strict(),
  handler: ({ config: file }) => {
    const read = readSettingsFile(file)
    printLine(effectiveSettings(read?.text ?? '', read?.path).trimEnd())
  },
}

const schema: Command = {
  command: 'schema',
  describe: 'Print the JSON schema of milter.conf, for editors',
  builder: yargs => yargs.strict(),
  handler: () => printJson(settingsSchema()),
}

/** `postseal config`: the settings, checked and shown. */
export const command: Command = {
  command: 'config <action>',
  describe: 'Check and show the settings',
  builder: yargs =>
    yargs
      .command([check, show, schema] as unknown as CommandModule<GlobalOptions>[])
      .demandCommand(1, 'Name an action: check, show or schema.')
      .example('$0 config check', 'before a reload')
      .example('$0 config show', 'what holds, and from where'),
  handler: () => undefined,
}

/** One sentence for each action that the policy in force asks for and that cannot be had. */
function notYet({ table, rules }: Policy, canAsk: boolean): readonly string[] {
  const usersOf = (action: Action): string =>
    printable(
      [
        ...table.rows.filter(row => row.action === action).map(({ name }) => name),
        ...rules.actions.filter(rule => rule.action === action).map(({ name }) => `rule ${name}`),
      ].join(', '),
    )
  const [seal, ask] = [usersOf('seal'), usersOf('ask')]
  return [
    ...(seal === ''
      ? []
      : [`Note: "seal" rejects until a seal plugin is usable; it stands in ${seal}.`]),
    ...(ask === '' || canAsk
      ? []
      : [`Note: "ask" needs [ask] address or listen, else nobody is asked; it stands in ${ask}.`]),
  ]
}
