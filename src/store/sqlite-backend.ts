import { Worker, type WorkerOptions } from 'node:worker_threads'
import { GatewayError, reasonOf } from '../errors.js'
import type { BackupProgress } from './admin.js'
import type { Backend, Refusal } from './backend.js'
import type { OperationInput, OperationName, OperationResult } from './operations.js'
import type { BatchResult } from './sqlite-recorder.js'
import { fromFailure } from './store-error.js'
import type { MessageRecord } from './store.js'
import type { WorkerAnswer, WorkerRequest, WorkerSettings } from './worker-protocol.js'

export interface SqliteBackendOptions extends WorkerSettings {
  readonly deadlineMs: number
  /** Starts the thread; a test passes one that it can end. */
  readonly startWorker?: (options: WorkerOptions) => Worker
}

/** Opening may have to migrate a large file, and reading all of it takes its time. */
const OPEN_DEADLINE_MS = 60_000
const CHECK_DEADLINE_MS = 3_600_000

/** A thread that dies at its start must not be started again for every message. */
const RESTART_PAUSE_MS = 200

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: GatewayError) => void
  readonly onProgress: ((progress: BackupProgress) => void) | undefined
  timer: NodeJS.Timeout | undefined
}

type Question = WorkerRequest extends infer R
  ? R extends WorkerRequest
    ? Omit<R, 'id'>
    : never
  : never

/** A SQLite file behind a worker thread, which is started again when it dies. */
export class SqliteBackend implements Backend {
  readonly #options: SqliteBackendOptions
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #endedAt = 0
  #lastId = 0
  #closed = false

  private constructor(options: SqliteBackendOptions) {
    this.#options = options
  }

  static async open(options: SqliteBackendOptions): Promise<SqliteBackend> {
    const backend = new SqliteBackend(options)
    try {
      await backend.#ask({ kind: 'open', create: true }, OPEN_DEADLINE_MS)
      return backend
    } catch (thrown) {
      await backend.close()
      throw thrown
    }
  }

  async write(records: readonly MessageRecord[], expires: number): Promise<readonly Refusal[]> {
    // No timer of its own: the group commit that calls this holds the deadline of each record.
    const question: Question = { kind: 'write', json: JSON.stringify(records), expires }
    const results = (await this.#ask(question, undefined)) as BatchResult
    return results.map(failure => failure && fromFailure(failure))
  }

  async run<N extends OperationName>(
    name: N,
    input: OperationInput<N>,
  ): Promise<OperationResult<N>> {
    const answer = await this.#ask({ kind: 'run', name, input }, this.#options.deadlineMs)
    return answer as OperationResult<N>
  }

  async backup(file: string, onProgress: (progress: BackupProgress) => void): Promise<void> {
    await this.#ask({ kind: 'backup', file }, OPEN_DEADLINE_MS, onProgress)
  }

  async checkIntegrity(): Promise<readonly string[]> {
    return (await this.#ask({ kind: 'check' }, CHECK_DEADLINE_MS)) as readonly string[]
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#closed = true
    if (worker === undefined) return
    try {
      await this.#send(worker, { kind: 'close' }, this.#options.deadlineMs)
    } finally {
      await worker.terminate()
    }
  }

  async #ask(
    question: Question,
    deadlineMs: number | undefined,
    onProgress?: (progress: BackupProgress) => void,
  ): Promise<unknown> {
    if (this.#closed) throw new GatewayError('ERR_STORE_CLOSED')
    return this.#send(this.#running(), question, deadlineMs, onProgress)
  }

  #send(
    worker: Worker,
    question: Question,
    deadlineMs: number | undefined,
    onProgress?: (progress: BackupProgress) => void,
  ): Promise<unknown> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const late = (): void => {
        this.#settle(id)?.reject(
          new GatewayError('ERR_STORE_LATE', {
            store: this.#options.path,
            reason: `no answer within ${deadlineMs} ms`,
          }),
        )
      }
      const timer = deadlineMs === undefined ? undefined : setTimeout(late, deadlineMs)
      this.#pending.set(id, { resolve, reject, onProgress, timer })
      worker.postMessage({ ...question, id }, [])
    })
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker
    if (Date.now() - this.#endedAt < RESTART_PAUSE_MS) throw workerError('it ended a moment ago')
    const { path, busyMs, maxBytes, startWorker = start } = this.#options
    const settings = { path, busyMs, ...(maxBytes === undefined ? {} : { maxBytes }) }
    const worker = startWorker({ workerData: settings })
    this.#worker = worker
    let reason = 'it was stopped'
    worker.on('message', (answer: WorkerAnswer) => this.#answered(answer))
    worker.on('error', thrown => {
      reason = reasonOf(thrown)
    })
    worker.on('exit', () => this.#ended(reason))
    return worker
  }

  #answered(answer: WorkerAnswer): void {
    if ('progress' in answer) {
      const waiting = this.#pending.get(answer.id)
      waiting?.timer?.refresh()
      waiting?.onProgress?.(answer.progress)
    } else if ('failure' in answer) this.#settle(answer.id)?.reject(fromFailure(answer.failure))
    else this.#settle(answer.id)?.resolve(answer.value)
  }

  #ended(reason: string): void {
    this.#worker = undefined
    this.#endedAt = Date.now()
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(workerError(reason))
  }

  /** Takes a question off the list; undefined when it was answered or given up before. */
  #settle(id: number): Pending | undefined {
    const waiting = this.#pending.get(id)
    this.#pending.delete(id)
    clearTimeout(waiting?.timer)
    return waiting
  }
}

function start(options: WorkerOptions): Worker {
  return new Worker(new URL('./sqlite-worker.js', import.meta.url), options)
}

function workerError(reason: string): GatewayError {
  return new GatewayError('ERR_STORE_WORKER', { reason })
}
