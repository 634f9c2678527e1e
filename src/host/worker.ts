import { parentPort, workerData } from 'node:worker_threads'
import { checkSettings } from '../config/check.js'
import { GatewayError, reasonOf } from '../errors.js'
import { collectLetter } from './check-letter.js'
import { ResultError, checkResult } from './check-result.js'
import { unpackMail } from './mail-transfer.js'
import { setUp } from './main-plugin.js'
import { importPlugin, registerDoors } from './module.js'
import type { Mail } from '../message/mail.js'
import type { Plugin, PluginLog } from './plugin.js'
import { remoteState } from './state-channel.js'
import { describeThrown, saidByCode } from './plugin-error.js'
import type {
  WorkerAnswer,
  WorkerBegin,
  WorkerLogLine,
  WorkerSetup,
  WorkerTask,
} from './worker-protocol.js'

/**
 * Runs in a worker thread, for one plugin. Whatever the plugin does becomes an answer; what it
 * does to the thread itself (an endless loop, all memory) is seen from outside.
 */
export default async function handleTask(task: WorkerTask): Promise<WorkerAnswer> {
  const plugin = await load()
  if ('kind' in plugin) return plugin
  if (task.kind === 'run') return runPlugin(plugin, task)
  if (task.kind === 'start') {
    const started = await start(plugin, task)
    return 'kind' in started ? started : { kind: 'started' }
  }
  if (task.kind === 'describe') {
    const { stage, name, summary, version, needs, inherits = [], config, letter } = plugin
    const form = letter === undefined ? {} : { letter }
    const settings = Object.keys(config)
    const description = { stage, name, summary, version, needs, inherits, settings, ...form }
    return { kind: 'description', description }
  }
  const started = await running
  await started?.close()
  return { kind: 'closed' }
}

const { url, entry, doors, stateChannel } = setupOf(workerData)

type Running = Awaited<ReturnType<typeof setUp>>

let loading: Promise<Plugin | WorkerAnswer> | undefined
let running: Promise<Running> | undefined

function load(): Promise<Plugin | WorkerAnswer> {
  loading ??= (async () => {
    registerDoors(doors)
    try {
      return await importPlugin(url, entry)
    } catch (thrown) {
      return failure(thrown)
    }
  })()
  return loading
}

async function start(
  plugin: Plugin,
  task: Extract<WorkerTask, { kind: 'start' | 'run' }>,
): Promise<Running | WorkerAnswer> {
  const checked = checkSettings(plugin.config, task.settings)
  if (checked.problems !== undefined) return { kind: 'problems', problems: checked.problems }
  const { setupTimeoutMs } = task
  running ??= setUp(plugin, {
    settings: checked.values,
    log,
    setupTimeoutMs,
    keeper: remoteState(stateChannel),
  })
  try {
    return await running
  } catch (thrown) {
    running = undefined
    return failure(thrown)
  }
}

async function runPlugin(
  plugin: Plugin,
  task: Extract<WorkerTask, { kind: 'run' }>,
): Promise<WorkerAnswer> {
  const started = await start(plugin, task)
  if ('kind' in started) return started
  const mail = task.mail === undefined ? undefined : unpackMail(task.mail)
  begin(task.id)
  try {
    // Nobody aborts this signal: a thread that is late is ended as a whole.
    const raw = await started.run(mail, task.beside, new AbortController().signal)
    return { kind: 'result', result: await sendable(plugin, raw, mail) }
  } catch (thrown) {
    const reason = thrown instanceof ResultError ? thrown.message : describeThrown(thrown)
    const code = saidByCode(thrown)
    return { kind: 'failed', reason, ...(code === undefined ? {} : { code }) }
  }
}

/** What comes back in a form that can be posted, and is in order as far as this thread can tell. */
async function sendable(plugin: Plugin, raw: unknown, mail: Mail | undefined): Promise<unknown> {
  const { stage, name } = plugin
  if (stage === 'notify') return undefined
  if (stage === 'seal') return collectLetter(raw)
  if (mail === undefined) throw new ResultError('was given no message')
  return unnamed(checkResult(stage, name, raw, mail))
}

/** The main thread checks again, as it trusts nothing from here, and adds the name itself. */
function unnamed(results: readonly object[]): readonly object[] {
  return results.map(result => {
    const { plugin: _, ...rest } = result as { readonly plugin?: string }
    return rest
  })
}

function failure(thrown: unknown): WorkerAnswer {
  if (!(thrown instanceof GatewayError)) return { kind: 'failed', reason: reasonOf(thrown) }
  const { built, reason = thrown.message } = thrown.fields
  if (built === undefined) return { kind: 'failed', reason: String(reason) }
  return { kind: 'failed', reason: thrown.message, built: String(built) }
}

function setupOf(data: unknown): WorkerSetup {
  return data as WorkerSetup
}

const port = parentPort

const begin = (task: number): void => port?.postMessage({ begins: task } satisfies WorkerBegin)

const line =
  (level: WorkerLogLine['level']) =>
  (event: string, reason?: string): void =>
    port?.postMessage({ level, event, reason } satisfies WorkerLogLine)

const log: PluginLog = {
  error: line('error'),
  warn: line('warn'),
  info: line('info'),
  debug: line('debug'),
}
