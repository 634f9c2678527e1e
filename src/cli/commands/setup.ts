import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { loadConfig, type Config } from '../../config/load.js'
import { mapOptions, NO_LEVELS } from '../../maps/options.js'
import { ensureMaps } from '../../maps/write.js'
import type { Remark } from '../../postfix/lanes/remark.js'
import { postfixRunner, type RunPostfix } from '../../postfix/run.js'
import { applySetup } from '../../postfix/setup/apply.js'
import { readSetup, type SetupOptions } from '../../postfix/setup/read-setup.js'
import { applyUndo, readUndo } from '../../postfix/setup/undo.js'
import { createKeyFile } from '../../seal/key-file.js'
import type { Command, GlobalOptions } from '../command.js'
import { EXIT, UsageError } from '../exit.js'
import { printable, printNotice } from '../output.js'
import { printSetup, type Outcome } from '../setup-output.js'

interface Own {
  print: boolean
  apply: boolean
  undo: boolean
  'dry-run': boolean
  json: boolean
  'config-directory': string | undefined
  signer: string[]
}

const postfix: Command<Own> = {
  command: 'postfix',
  describe: 'Put the lanes into main.cf and master.cf, or take them out',
  builder: yargs =>
    yargs
      .option('print', {
        type: 'boolean',
        default: false,
        describe: 'Show what would change, and change nothing; what happens without any option',
      })
      .option('apply', {
        type: 'boolean',
        default: false,
        describe: 'Change it, after a backup; when Postfix refuses it, everything is put back',
      })
      .option('undo', {
        type: 'boolean',
        default: false,
        describe: 'Put back what was there before; changes by others in between stay',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'With --apply or --undo: show what would change, and change nothing',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line' })
      .option('config-directory', {
        type: 'string',
        requiresArg: true,
        describe: 'Instance of Postfix; without it the one of [postfix]',
      })
      .option('signer', {
        type: 'string',
        array: true,
        default: [] as string[],
        requiresArg: true,
        describe: 'Milter that signs (DKIM), by its address or a part of it; may be repeated',
      })
      .example('$0 setup postfix', 'what would change')
      .example('$0 setup postfix --apply', 'change it')
      .example('$0 setup postfix --undo', 'as it was before')
      .strict(),
  handler: async options => {
    const { print, apply, undo, json, signer } = options
    if ([print, apply, undo].filter(Boolean).length > 1) {
      throw new UsageError('choose one of --print, --apply and --undo')
    }
    const config = configFor(options.config, options['config-directory'])
    const run = postfixRunner(config.postfix)
    const changes = (apply || undo) && !options['dry-run']
    const work = undo ? undoOn : applyOn
    const outcome = await work({ config, run, signers: signer }, changes)
    printSetup(withRemarks(outcome, otherInstance(options.config, config)), json)
    if (outcome.state === 'conflict') process.exitCode = EXIT.config
  },
}

const sealing: Command = {
  command: 'sealing',
  describe: 'Make the key file that the passwords of letters are kept with, unless it is there',
  builder: yargs => yargs.strict(),
  handler: async ({ config: file }) => {
    const { key_file: keyFile } = loadConfig(file).seal
    const isMade = await createKeyFile(keyFile)
    printNotice(`${printable(keyFile)} ${isMade ? 'was made' : 'is there already'}.`)
    printNotice(
      'Keep a copy of it where no copy of the store is: without it no password can be told.',
    )
  },
}

/** `postseal setup`: wires the gateway in. */
export const command: Command = {
  command: 'setup <what>',
  describe: 'Wire the gateway into the mail server',
  builder: yargs =>
    yargs
      .command([postfix, sealing] as unknown as CommandModule<GlobalOptions>[])
      .demandCommand(1, 'Name what to set up: postfix or sealing.'),
  handler: () => undefined,
}

function configFor(file: string | undefined, directory: string | undefined): Config {
  if (directory === undefined) return loadConfig(file)
  return loadConfig(file, { 'postfix.config_directory': resolve(directory) })
}

/** The daemon, the maps and the doctor know only what the settings say. */
function otherInstance(file: string | undefined, { postfix }: Config): readonly Remark[] {
  const { config_directory: named } = loadConfig(file).postfix
  if (named === postfix.config_directory) return []
  const path = postfix.config_directory
  return [
    {
      kind: 'note',
      where: '[postfix] config_directory',
      what: `The settings name ${named === '' ? 'the default instance' : named}, not ${path}: the daemon would look after that one.`,
      remedy: `Set config_directory = "${path}" in [postfix] of milter.conf.`,
    },
  ]
}

function withRemarks(outcome: Outcome, remarks: readonly Remark[]): Outcome {
  return { ...outcome, remarks: [...outcome.remarks, ...remarks] }
}

async function applyOn(options: SetupOptions, changes: boolean): Promise<Outcome> {
  const setup = await readSetup(options)
  const found = {
    file: setup.facts.configDirectory,
    changes: setup.changes,
    remarks: setup.remarks,
  }
  if (setup.remarks.some(({ kind }) => kind === 'conflict')) return { ...found, state: 'conflict' }
  if (setup.changes.length === 0) return { ...found, state: 'unchanged' }
  if (!changes) return { ...found, state: 'planned' }
  const { config, run } = options
  const applied = await applySetup(setup, {
    ...options,
    now: new Date(),
    ensureMaps: () => makeMaps(config, run),
  })
  return { ...found, state: 'applied', ...applied }
}

async function undoOn(options: SetupOptions, changes: boolean): Promise<Outcome> {
  const undo = await readUndo(options)
  if (undo === undefined) {
    const file = options.config.postfix.config_directory || '/etc/postfix'
    return { file, changes: [], remarks: [], state: 'nothing' }
  }
  const found = { file: undo.facts.configDirectory, changes: undo.changes, remarks: undo.remarks }
  if (!changes) return { ...found, state: 'planned' }
  const undone = await applyUndo(undo, { ...options, now: new Date() })
  return { ...found, state: 'undone', ...undone }
}

async function makeMaps(config: Config, run: RunPostfix): Promise<void> {
  await ensureMaps(await mapOptions({ config, run, levels: NO_LEVELS, now: Date.now() }))
}
