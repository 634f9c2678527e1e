import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { parse } from 'smol-toml'
import { loadConfig } from '../../config/load.js'
import { didYouMean } from '../../config/nearest.js'
import { packageRoot, packageVersion } from '../../config/root.js'
import { loadHost } from '../../host/load.js'
import { LIST_STAGES, type ListStage } from '../../host/check-result.js'
import { STAGES } from '../../host/plugin.js'
import { pluginTemplate } from '../../host/plugin-template.js'
import { resolvePlugin } from '../../host/resolve.js'
import { shippedPlugins } from '../../host/shipped.js'
import { tryPlugin } from '../../host/try-plugin.js'
import type { PluginInfo } from '../../host/started-plugin.js'
import { createLog } from '../../log/log.js'
import { readMail } from '../../message/parse-mail.js'
import { bufferSource } from '../../message/source.js'
import { RISK_CLASSES, type RiskClass } from '../../policy/model.js'
import { sampleDecision } from '../../testkit/sample-decision.js'
import type { Command, GlobalOptions } from '../command.js'
import { UsageError } from '../exit.js'
import { readInput } from '../input-files.js'
import { printJson, printLine, printNotice } from '../output.js'

const order: Command = {
  command: 'order',
  describe: 'Print the plugins of each stage in the order in which they run',
  builder: yargs => yargs.strict(),
  handler: async ({ config }) => {
    const infos = await pluginsInForce(config)
    for (const stage of STAGES) {
      const names = infos.filter(info => info.stage === stage).map(({ name }) => name)
      printLine(`${stage}: ${names.length === 0 ? 'none' : names.join(', ')}`)
    }
  },
}

const help: Command<{ name: string }> = {
  command: 'help <name>',
  describe: 'Print the manual of a plugin',
  builder: yargs => yargs.positional('name', NAME).strict(),
  handler: ({ config, name }) => printManual(name, config),
}

const create: Command<{ name: string; directory: string | undefined }> = {
  command: 'new <name> [directory]',
  describe: 'Make a new plugin with its manual and its test',
  builder: yargs =>
    yargs
      .positional('name', { type: 'string', demandOption: true, describe: 'STAGE/NAME' })
      .positional('directory', { type: 'string', describe: 'Where; default: NAME' })
      .example('$0 plugins new classify/project-names', 'makes the folder project-names')
      .strict(),
  handler: ({ name, directory }) => {
    const [stage, word] = nameParts(name)
    const folder = resolve(directory ?? word)
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      throw new UsageError(`${folder} is not empty`)
    }
    mkdirSync(folder, { recursive: true })
    const postseal = { folder: packageRoot(), version: packageVersion() }
    for (const [file, text] of pluginTemplate(stage, name, postseal)) {
      writeFileSync(join(folder, file), text, { flag: 'wx' })
    }
    printNotice(`Made ${folder}. Next: cd ${folder} && npm install && npm test`)
    printNotice(`Then list "${folder}" under ${stage} in [plugins] of milter.conf.`)
  },
}

const attempt: Command<{ name: string; file: string; set: string[]; class: RiskClass }> = {
  command: 'try <name> <file>',
  describe: 'Run one plugin on one mail and print what it gives, one JSON object a line',
  builder: yargs =>
    yargs
      .positional('name', NAME)
      .positional('file', { type: 'string', demandOption: true, describe: 'A mail (.eml)' })
      .option('set', {
        type: 'string',
        array: true,
        default: [] as string[],
        requiresArg: true,
        describe: 'NAME=VALUE of a setting, the value in TOML or as plain text',
      })
      .option('class', {
        choices: RISK_CLASSES,
        default: 'normal',
        describe: 'Class of the decision that a rewrite plugin gets',
      })
      .example('$0 plugins try classify/header letter.eml --set sensitivity_private=high', '')
      .strict() as never,
  handler: async ({ config: file, name, file: mailFile, set, class: riskClass }) => {
    const config = loadConfig(file)
    const mail = await readMail(bufferSource(readInput(mailFile)))
    const log = createLog({ level: 'warn', format: 'text' })
    const decision = sampleDecision(mail, riskClass)
    for (const result of await tryPlugin(name, settingsFrom(set), mail, decision, config, log)) {
      if ('bytes' in result) printJson({ ...result, bytes: result.bytes.toString('base64') })
      else printJson(result)
    }
  },
}

const NAME = {
  type: 'string',
  demandOption: true,
  describe: 'A shipped plugin, a package or a path',
} as const

const list: Command<{ name: string | undefined; json: boolean }> = {
  command: '$0 [name]',
  describe: 'List the plugins in force, or print the manual of one',
  builder: yargs =>
    yargs
      .positional('name', { type: 'string', describe: NAME.describe })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line' })
      .strict(),
  handler: async ({ config, name, json }) => {
    if (name !== undefined) return printManual(name, config)
    const infos = await pluginsInForce(config)
    const width = Math.max(...infos.map(info => info.name.length))
    for (const info of infos) {
      if (json) printJson(info)
      else printLine(listLine(info, width))
    }
  },
}

/** `postseal plugins`: which there are, what they do, and how to make one. */
export const command: Command = {
  command: 'plugins',
  describe: 'List, explain, make and try plugins',
  builder: yargs =>
    yargs
      .command([list, order, help, create, attempt] as unknown as CommandModule<GlobalOptions>[])
      .example('$0 plugins', 'which plugins run, and where')
      .example('$0 plugins classify/header', 'the manual of one')
      .example('$0 plugins try detect/smime letter.eml', 'what it finds in a mail'),
  handler: () => undefined,
}

function listLine(info: PluginInfo, width: number): string {
  const { name, version, runsIn, uses, summary } = info
  const number = version === '' ? '' : ` ${version}`
  return `${name.padEnd(width)}${number}  ${[runsIn, ...uses].join('+')}  ${summary}`
}

async function pluginsInForce(file: string | undefined): Promise<readonly PluginInfo[]> {
  const host = await loadHost(loadConfig(file), createLog({ level: 'warn', format: 'text' }))
  try {
    return host.list()
  } finally {
    await host.close()
  }
}

/** The README beside a plugin's module, or in the folder above it where that is built output. */
function printManual(name: string, file: string | undefined): void {
  const module = resolvePlugin(name, loadConfig(file).directory)
  if (module === undefined) {
    throw new UsageError(`no plugin "${name}"${didYouMean(name, shippedPlugins())}`)
  }
  const folder = dirname(module.file)
  const folders = module.shipped
    ? [join(packageRoot(), 'plugins', name)]
    : [folder, dirname(folder)]
  const manual = folders.map(each => join(each, 'README.md')).find(each => existsSync(each))
  if (manual === undefined) throw new UsageError(`${name} has no README.md`)
  printLine(readFileSync(manual, 'utf8').trimEnd())
}

function nameParts(name: string): readonly [ListStage, string] {
  const [stageWord, word = ''] = name.split('/')
  const stage = LIST_STAGES.find(each => each === stageWord)
  if (stage === undefined || !/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(word)) {
    const stages = LIST_STAGES.join(', ')
    throw new UsageError(`"${name}" is no STAGE/NAME in small letters; stages are ${stages}`)
  }
  return [stage, word]
}

/** `NAME=VALUE`: the value as TOML where it is some, else as text. */
function settingsFrom(pairs: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    pairs.map(pair => {
      const [, name, value] = /^([A-Za-z0-9_]+)=(.*)$/s.exec(pair) ?? []
      if (name === undefined || value === undefined)
        throw new UsageError(`"${pair}" is no NAME=VALUE`)
      return [name, tomlValue(value)]
    }),
  )
}

function tomlValue(text: string): unknown {
  try {
    return parse(`value = ${text}`)['value']
  } catch {
    // Not TOML: words without quotation marks, as a shell leaves them.
    return text
  }
}
