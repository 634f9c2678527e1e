import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { reasonOf } from '../../../errors.js'
import { postfixRunner, outputOf, type RunPostfix } from '../../run.js'
import { unknown, resultOf } from '../check.js'
import { REFERENCE_LINE, laneLine, lanesThere } from '../expected.js'
import type { DoctorFacts } from '../facts.js'
import { valueOf } from '../view.js'
import { CLONE, cloneMainCf, cloneMasterCf, type Clone } from './clone-config.js'
import { judge, type ProbeResult } from './judge.js'
import { linesAbout } from './log-lines.js'
import { startReceivers, type Receivers } from './receivers.js'
import { recipientOf, trialsFor, type Trial } from './trials.js'

const execute = promisify(execFile)

/** Postfix checks and makes its directories, which takes seconds. */
const START_MS = 60_000
const STOP_MS = 30_000
/** After this time the copy ends by itself. */
const LIFE_S = 180
/** From the last message to the last line of the log. */
const DELIVERY_MS = 40_000
const POLL_MS = 200

/**
 * Sends a message through every lane to a server without TLS and to one whose certificate proves
 * nothing, and judges by what arrived, with the lines of the log.
 *
 * Not the lanes that run are used but copies of them, in a Postfix of the probe's own with its own
 * queue: every setting that is in force for a lane goes along as an option of the same service(8). The
 * real ones could be reached in two ways only. By transport_maps, which would have to be changed in an
 * instance that works, and would stay changed if the doctor were killed; or by a listener that pins
 * without a decision, which would be a way past split for whoever finds it. A copy can do no harm: it
 * listens to nobody, its transports know nothing but receivers on 127.0.0.1, all recipients are below
 * `.invalid`, other mail never comes near it, it takes no passwords and no caches along, and it ends by
 * itself after three minutes. What it cannot show is that the running Postfix has read its files; that the listeners answer is a check of
 * its own.
 *
 * Where a lane cannot deliver because its map knows no such domain, the refusal is the proof: the line
 * of the log, and the message at the receiver that stands in for the listener.
 *
 * Gives   one result a trial, or a single one that says why there was none.
 */
export async function probeLanes(
  facts: DoctorFacts,
  signal: AbortSignal,
): Promise<readonly ProbeResult[]> {
  if (process.getuid?.() !== 0) return [notTried('Postfix cannot be started without root')]
  const directory = await mkdtemp(join(tmpdir(), 'postseal-probe-'))
  try {
    return await probeIn(directory, facts, signal)
  } catch (thrown) {
    if (signal.aborted) throw thrown
    return [notTried(reasonOf(thrown))]
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}

function notTried(reason: string): ProbeResult {
  const problem = unknown(`The lanes were not tried: ${reason}.`, {
    at: [],
    remedy: 'Run the doctor as root, with openssl(1) and Postfix installed.',
  })
  return { ...resultOf('probe', 'The lanes were tried.', [problem]), lines: [] }
}

async function probeIn(
  directory: string,
  facts: DoctorFacts,
  signal: AbortSignal,
): Promise<readonly ProbeResult[]> {
  // Postfix's own user has to get through.
  await chmod(directory, 0o755)
  const receivers = await startReceivers(directory)
  try {
    const lanes = lanesThere(facts)
    const names = new Set(lanes.map(({ name }) => name))
    const trials = trialsFor(facts.config).filter(({ lane }) => names.has(lane))
    const { postfix, views } = facts
    const clone = { directory, postfix, views, lanes, trials, ports: receivers.ports }
    const run = await writeClone(clone)
    await start(run, clone)
    try {
      for (const trial of trials) await send(run, trial)
      const log = await waitForLog(join(directory, CLONE.log), trials, signal)
      return trials.map(trial => judge(triedFrom(trial, log, receivers, facts)))
    } finally {
      await run('postfix', ['stop'], { timeoutMs: STOP_MS })
    }
  } finally {
    await receivers.close()
  }
}

async function writeClone(clone: Clone): Promise<RunPostfix> {
  const { directory, postfix } = clone
  const config = join(directory, CLONE.config)
  await mkdir(config)
  await mkdir(join(directory, CLONE.queue))
  await writeFile(join(config, 'main.cf'), cloneMainCf(clone))
  await writeFile(join(config, 'master.cf'), cloneMasterCf(clone))
  return postfixRunner({ config_directory: config, command_directory: postfix.commandDirectory })
}

/**
 * Starts the copy with an end to its life, since a doctor that is killed stops nothing. postfix(1)
 * cannot be told of one; it makes the directories, and master(8) is run as its script does it.
 */
async function start(run: RunPostfix, { directory, postfix }: Clone): Promise<void> {
  await outputOf(run, 'postfix', ['check'], { timeoutMs: START_MS })
  const args = ['-c', join(directory, CLONE.config), '-w', '-e', String(LIFE_S)]
  await execute(join(postfix.daemonDirectory, 'master'), args, { timeout: START_MS })
}

/** The null sender: whatever becomes of a probe, nobody gets a report. */
async function send(run: RunPostfix, trial: Trial): Promise<void> {
  const message = [
    `To: ${recipientOf(trial)}`,
    `Subject: probe of lane ${trial.lane}`,
    laneLine(trial.lane),
    REFERENCE_LINE,
    '',
    'A probe of `postseal doctor`.',
    '',
  ].join('\n')
  await outputOf(run, 'sendmail', ['-i', '-f', '', '--', recipientOf(trial)], { input: message })
}

/** Waits until every trial has ended in some way, or time is up. */
async function waitForLog(
  path: string,
  trials: readonly Trial[],
  signal: AbortSignal,
): Promise<string> {
  for (const end = Date.now() + DELIVERY_MS; ; await sleep(POLL_MS, undefined, { signal })) {
    const log = await readFile(path, 'utf8').catch(() => '')
    const open = trials.some(trial => linesAbout(log, recipientOf(trial)).status === undefined)
    if (!open || Date.now() > end) return log
  }
}

function triedFrom(
  trial: Trial,
  log: string,
  { arrivals }: Receivers,
  facts: DoctorFacts,
): Parameters<typeof judge>[0] {
  const lane = lanesThere(facts).find(({ name }) => name === trial.lane)
  return {
    trial,
    logged: linesAbout(log, recipientOf(trial)),
    arrivals: arrivals.filter(({ recipient }) => recipient === recipientOf(trial)),
    handsBack: valueOf(facts, 'smtp_fallback_relay', lane) !== '',
  }
}
