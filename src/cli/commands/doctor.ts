import type { CheckResult } from '../../postfix/doctor/check.js'
import { EXAMINATION_STEPS } from '../../postfix/doctor/examine.js'
import { probeLanes } from '../../postfix/doctor/probe/probe.js'
import type { ProbeResult } from '../../postfix/doctor/probe/judge.js'
import type { DoctorFacts } from '../../postfix/doctor/facts.js'
import { postfixRunner } from '../../postfix/run.js'
import type { Command } from '../command.js'
import { createServices, type Services } from '../container.js'
import { diagnose, type Diagnosis } from '../doctor.js'
import { repair } from '../doctor-repair.js'
import { printProbe, printReport } from '../doctor-report.js'
import { EXIT, UsageError } from '../exit.js'
import { printNotice } from '../output.js'
import { progressBar } from '../progress.js'

interface Own {
  json: boolean
  all: boolean
  fix: string[]
  'dry-run': boolean
  probe: boolean
  'signed-name': string
  'bogus-name': string | undefined
  openServices?: (file: string | undefined) => Pick<Services, 'config' | 'log' | 'store' | 'now'>
}

/** `postseal doctor`: every way by which a message could leave undecided or below its protection. */
export const command: Command<Own> = {
  command: 'doctor',
  describe: 'Examine Postfix and the gateway: what could leak, and what to do about it',
  builder: yargs =>
    yargs
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a check' })
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Show what is in order as well',
      })
      .option('fix', {
        type: 'string',
        array: true,
        default: [] as string[],
        requiresArg: true,
        describe:
          'Repair what the check of this name found, after a backup; "all": whatever failed',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'With --fix: show what would change, and change nothing',
      })
      .option('probe', {
        type: 'boolean',
        default: false,
        describe: 'Try every lane with a message to a receiver on this machine (root)',
      })
      .option('signed-name', {
        type: 'string',
        default: 'org.',
        requiresArg: true,
        describe: 'Name whose signature the name server has to vouch for',
      })
      .option('bogus-name', {
        type: 'string',
        requiresArg: true,
        describe: 'Name with a wrong signature, for which it must not answer',
      })
      .example('$0 doctor', 'what is wrong, worst first')
      .example('$0 doctor --json', 'for monitoring: exit code 1 when a check failed')
      .example('$0 doctor --fix default-transport --dry-run', 'what a repair would change')
      .example('$0 doctor --fix all', 'repair all that settings can repair')
      .example('$0 doctor --probe', 'a message through every lane')
      .epilogue(
        'Manual: docs/guide/doctor.md. Exit codes: 0 no check failed, 1 one did; 75 and 78 when Postfix\ncannot be looked at.',
      )
      .strict(),
  handler: async options => {
    const { json, all, fix, probe, openServices = createServices } = options
    if (options['dry-run'] && fix.length === 0) throw new UsageError('--dry-run goes with --fix')
    const services = openServices(options.config)
    const run = postfixRunner(services.config.postfix)
    const names = { signed: options['signed-name'], bogus: options['bogus-name'] }
    const consult = async (): Promise<Diagnosis> => {
      const progress = progressBar('Examining', EXAMINATION_STEPS)
      const onStep = (): void => progress.step()
      return diagnose({ services, run, names, onStep }).finally(() => progress.end())
    }
    let found = await consult()
    if (fix.length > 0) {
      const tools = { config: services.config, run }
      const dryRun = options['dry-run']
      const changed = await repair(found.results, fix, tools, { dryRun, json })
      if (dryRun) return
      if (changed) found = await consult()
    }
    const report = {
      json,
      all,
      colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    }
    printReport(found.results, report)
    let failed = hasFailed(found.results)
    if (probe) {
      const tried = await probeUntilSignal(found.facts)
      printProbe(tried, report)
      failed ||= hasFailed(tried)
    }
    if (failed) process.exitCode = EXIT.changed
  },
}

function hasFailed(results: readonly CheckResult[]): boolean {
  return results.some(({ severity }) => severity === 'fail')
}

/** Lets a signal end the probe in order, so that nothing is left behind. */
async function probeUntilSignal(facts: DoctorFacts): Promise<readonly ProbeResult[]> {
  const controller = new AbortController()
  const onSignal = (): void => controller.abort()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, onSignal)
  printNotice('Trying the lanes; this takes some seconds.')
  try {
    return await probeLanes(facts, controller.signal)
  } catch (thrown) {
    if (!controller.signal.aborted) throw thrown
    printNotice('The probe was broken off; its Postfix is stopped.')
    process.exitCode = EXIT.tryAgain
    return []
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
}
