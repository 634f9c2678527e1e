import type { Config } from '../config/load.js'
import { mapOptions, NO_LEVELS } from '../maps/options.js'
import { ensureMaps } from '../maps/write.js'
import type { CheckResult } from '../postfix/doctor/check.js'
import { applyEdits, planEdits, repairOf, type Repair } from '../postfix/doctor/fix.js'
import { signersNow } from '../postfix/doctor/read-setup-facts.js'
import { readInstance } from '../postfix/instance.js'
import type { RunPostfix } from '../postfix/run.js'
import { applySetup, type Applied } from '../postfix/setup/apply.js'
import { renderChanges } from '../postfix/setup/change.js'
import { readSetup, type Setup } from '../postfix/setup/read-setup.js'
import { UsageError } from './exit.js'
import { printable, printJson, printLine, printNotice } from './output.js'

/** Values such as lists of milters or cipher suites are long. */
const MAX_LINE = 2000

export interface RepairTools {
  readonly config: Config
  readonly run: RunPostfix
}

export interface RepairOptions {
  /** Shows the difference and changes nothing. */
  readonly dryRun: boolean
  readonly json: boolean
}

/**
 * Repairs what the checks named have found, or shows the difference it would make.
 *
 * Gives   whether anything was changed.
 * Throws  UsageError for a check that does not exist, ERR_POSTFIX_… when nothing could be changed.
 */
export async function repair(
  results: readonly CheckResult[],
  names: readonly string[],
  tools: RepairTools,
  options: RepairOptions,
): Promise<boolean> {
  const known = ['all', ...results.map(({ check }) => check)]
  const strange = names.find(name => !known.includes(name))
  if (strange !== undefined)
    throw new UsageError(`--fix ${printable(strange)}: there is no such check`)
  const wanted = repairOf(results, names)
  for (const { message, remedy = '' } of wanted.left) {
    printNotice(`No setting repairs this: ${printable(message)}`)
    printNotice(`    ${printable(remedy, MAX_LINE)}`)
  }
  if (options.dryRun) return showRepair(wanted, tools, options.json)
  let changed = false
  if (wanted.setup) changed = await runSetup(tools)
  if (wanted.edits.length > 0 && (await planEdits(wanted.edits, tools)).changes.length > 0) {
    told(await applyEdits(wanted.edits, { ...tools, now: new Date() }))
    changed = true
  }
  if (!changed) printNotice('Nothing was changed.')
  return changed
}

async function showRepair(wanted: Repair, tools: RepairTools, json: boolean): Promise<false> {
  const setup = wanted.setup ? (await setupNow(tools)).changes : []
  const { changes } = await planEdits(wanted.edits, tools)
  const all = [...setup, ...changes]
  if (json) for (const change of all) printJson(change)
  else for (const line of renderChanges(all)) printLine(printable(line, MAX_LINE))
  printNotice('Nothing was changed.')
  return false
}

async function setupNow({ config, run }: RepairTools): Promise<Setup> {
  const facts = await readInstance(config.postfix, run)
  return readSetup({ config, run, signers: signersNow(config, facts) })
}

/** Throws ERR_POSTFIX_CONFLICT when something has to be settled first: `postseal setup` says what. */
async function runSetup({ config, run }: RepairTools): Promise<boolean> {
  const setup = await setupNow({ config, run })
  if (setup.changes.length === 0) return false
  const signers = signersNow(config, setup.facts)
  const applied = await applySetup(setup, {
    config,
    run,
    signers,
    now: new Date(),
    ensureMaps: async () =>
      ensureMaps(await mapOptions({ config, run, levels: NO_LEVELS, now: Date.now() })),
  })
  told(applied)
  return true
}

function told({ backup, reloaded }: Applied): void {
  const running = reloaded ? 'Postfix has read it.' : 'Postfix does not run here.'
  printNotice(`Done. ${running} The files as they were: ${backup}`)
}
