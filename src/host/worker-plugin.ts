import { randomUUID } from 'node:crypto'
import { Piscina } from 'piscina'
import { GatewayError } from '../errors.js'
import type { Mail } from '../message/mail.js'
import { loadError } from './load-error.js'
import { packMail } from './mail-transfer.js'
import { API_VERSION, type PluginLog } from './plugin.js'
import { pluginError, SAID_BY_CODE, saidError } from './plugin-error.js'
import type { StateKeeper } from './plugin-state.js'
import { serveState } from './state-channel.js'
import type { Beside, PluginInfo, StartedPlugin } from './started-plugin.js'
import type {
  PluginDescription,
  WorkerAnswer,
  WorkerBegin,
  WorkerLogLine,
  WorkerProblem,
  WorkerSetup,
  WorkerTask,
} from './worker-protocol.js'

export interface WorkerLimits {
  readonly threads: number
  readonly memoryBytes: number
  readonly timeoutMs: number
  readonly setupTimeoutMs: number
}

/** A thread that can still answer says itself that `setup` is late; one that cannot is ended. */
const GRACE_MS = 1000

const NO_MAIL = { packed: undefined, release: (): void => undefined } as const

/** Messages that wait for a thread of one plugin; one more is deferred at once. */
const MAX_QUEUE = 1000

/**
 * The threads of one plugin. A thread that hangs or runs out of memory is ended and replaced; only
 * the message it was at is deferred.
 */
export class PluginWorkers {
  readonly #entry: string
  readonly #limits: WorkerLimits
  readonly #pool: Piscina<WorkerTask, WorkerAnswer>
  #settings: Readonly<Record<string, unknown>> = {}
  #tasks = 0
  /** By task: what to do when its thread says that the plugin has the message now. */
  readonly #begins = new Map<number, () => void>()

  readonly #stateChannel = `postseal-state-${randomUUID()}`
  readonly #keeper: StateKeeper
  #state: { close(): void } | undefined

  constructor(
    module: Omit<WorkerSetup, 'stateChannel'>,
    limits: WorkerLimits,
    log: PluginLog,
    keeper: StateKeeper,
  ) {
    const setup: WorkerSetup = { ...module, stateChannel: this.#stateChannel }
    this.#entry = setup.entry
    this.#limits = limits
    this.#keeper = keeper
    this.#pool = new Piscina<WorkerTask, WorkerAnswer>({
      filename: new URL('./worker-door.cjs', import.meta.url).href,
      minThreads: 1,
      maxThreads: limits.threads,
      maxQueue: MAX_QUEUE,
      // Else the thread sleeps between messages and a plugin's own timers and sockets with it.
      atomics: 'disabled',
      recordTiming: false,
      workerData: setup,
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(limits.memoryBytes / 1024 ** 2) },
    })
    this.#pool.on('message', (said: unknown) => {
      if (!this.#noteBegin(said)) writeLine(log, said)
    })
    // A thread that dies between messages is replaced with the next one; the line is for the log.
    this.#pool.on('error', () => log.warn('plugin thread ended'))
  }

  /** Loads the module in a thread; nothing of a third party's plugin runs in this one. */
  async describe(): Promise<PluginDescription> {
    const answer = await this.#load({ kind: 'describe' })
    if (answer.kind === 'description') {
      const { name, needs } = answer.description
      if (needs.state === true) this.#state ??= serveState(this.#stateChannel, name, this.#keeper)
      return answer.description
    }
    throw this.#refusal(answer)
  }

  /** Runs `setup`; gives the problems of the settings, none when it is started. */
  async start(settings: Readonly<Record<string, unknown>>): Promise<readonly WorkerProblem[]> {
    this.#settings = settings
    const { setupTimeoutMs } = this.#limits
    const answer = await this.#load({ kind: 'start', settings, setupTimeoutMs })
    if (answer.kind === 'started') return []
    if (answer.kind === 'problems') return answer.problems
    throw this.#refusal(answer)
  }

  /** The plugin as the host runs it. */
  plugin(info: PluginInfo, description: PluginDescription): StartedPlugin {
    return Object.freeze({
      info,
      needs: description.needs,
      run: (mail: Mail | undefined, beside: Beside | undefined) =>
        this.#run(info.name, mail, beside),
      close: () => this.close(),
    })
  }

  /** Lets the plugin close what it opened, then ends the threads. */
  async close(): Promise<void> {
    const within = AbortSignal.timeout(this.#limits.setupTimeoutMs)
    for (let thread = 0; thread < this.#pool.threads.length; thread++) {
      await this.#pool.run({ kind: 'close' }, { signal: within }).catch(() => undefined)
    }
    await this.#pool.destroy()
    this.#state?.close()
  }

  async #load(task: WorkerTask): Promise<WorkerAnswer> {
    const { setupTimeoutMs } = this.#limits
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), setupTimeoutMs + GRACE_MS)
    try {
      return await this.#pool.run(task, { signal: stop.signal })
    } catch (thrown) {
      const late = `did not start within ${setupTimeoutMs} ms`
      throw loadError(this.#entry, stop.signal.aborted ? late : endOfThread(thrown), thrown)
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * The time that the plugin has for a message counts from when it gets it. Before that, a busy or
   * a fresh thread is waited for as long as a start may take: else on a busy machine each thread
   * would be ended as late while it starts, and the next one too.
   */
  async #run(name: string, mail: Mail | undefined, beside: Beside | undefined): Promise<unknown> {
    const { timeoutMs, setupTimeoutMs } = this.#limits
    const { packed, release } = mail === undefined ? NO_MAIL : await packMail(mail)
    const id = ++this.#tasks
    const stop = new AbortController()
    const end = (reason: string) => (): void => stop.abort(reason)
    let timer = setTimeout(end(`got no thread within ${setupTimeoutMs} ms`), setupTimeoutMs)
    this.#begins.set(id, () => {
      clearTimeout(timer)
      timer = setTimeout(end(`took longer than ${timeoutMs} ms`), timeoutMs)
    })
    const port = packed?.bytes
    const transferList = port === undefined || port instanceof Uint8Array ? [] : [port]
    const task = {
      kind: 'run',
      id,
      settings: this.#settings,
      setupTimeoutMs,
      mail: packed,
      beside,
    } as const
    let answer: WorkerAnswer
    try {
      answer = await this.#pool.run(task, { signal: stop.signal, transferList })
    } catch (thrown) {
      throw pluginError(name, stop.signal.aborted ? stop.signal.reason : endOfThread(thrown))
    } finally {
      clearTimeout(timer)
      this.#begins.delete(id)
      release()
    }
    if (answer.kind === 'result') return answer.result
    const code =
      answer.kind === 'failed' ? SAID_BY_CODE.find(one => one === answer.code) : undefined
    if (code !== undefined) throw saidError(name, code)
    throw pluginError(name, answer.kind === 'failed' ? answer.reason : 'gave no result')
  }

  /** Once for a task: a plugin that says it again gains no time. */
  #noteBegin(said: unknown): boolean {
    const { begins } = (said ?? {}) as Partial<WorkerBegin>
    if (typeof begins !== 'number') return false
    this.#begins.get(begins)?.()
    this.#begins.delete(begins)
    return true
  }

  #refusal(answer: WorkerAnswer): GatewayError {
    if (answer.kind !== 'failed') return loadError(this.#entry, 'its thread gave no answer')
    const { reason, built } = answer
    if (built === undefined) return loadError(this.#entry, reason)
    return new GatewayError('ERR_HOST_API', { plugin: this.#entry, built, own: API_VERSION })
  }
}

/** What ended a thread, as a predicate; a message of the plugin itself is never repeated. */
function endOfThread(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'used more memory than worker_memory allows'
  if (code === 'ERR_WORKER_TERMINATED') return 'was stopped'
  const text = thrown instanceof Error ? thrown.message : ''
  if (/queue is at limit/i.test(text)) return `has more than ${MAX_QUEUE} messages waiting`
  return 'ended its thread'
}

/** The thread is not trusted: only lines of the agreed form are written. */
function writeLine(log: PluginLog, line: unknown): void {
  if (typeof line !== 'object' || line === null) return
  const { level, event, reason } = line as Partial<WorkerLogLine>
  const isLevel = level === 'error' || level === 'warn' || level === 'info' || level === 'debug'
  if (!isLevel || typeof event !== 'string') return
  log[level](event, typeof reason === 'string' ? reason : undefined)
}
