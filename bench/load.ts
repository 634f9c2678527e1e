import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { KIB, plainMessage } from './messages.js'
import type { Bench } from './scenario.js'

export interface Load {
  readonly target: string
  /** File of the message, with CRLF. */
  readonly message: string
  readonly connections: number
  /** How long; or how many messages each connection sends. */
  readonly seconds?: number
  readonly messagesEach?: number
  /** Small writes without TCP_NODELAY, as Postfix does it. */
  readonly likePostfix?: boolean
  /** No connection ends its message before every one has sent its body. */
  readonly together?: boolean
}

export interface LoadResult {
  /** Messages that the milter let through. */
  readonly passed: number
  readonly seconds: number
  readonly medianMs: number
  readonly p99Ms: number
}

const PATIENCE_MS = 300_000

const run = promisify(execFile)

/**
 * Plays the MTA to a milter with the C load client.
 *
 * Throws  an Error when a message was not let through, or a connection broke: a filter that fails
 *         fast must not look fast.
 */
export async function runLoad(bench: Bench, load: Load): Promise<LoadResult> {
  const args = [
    `-c${load.connections}`,
    `-s${load.seconds ?? bench.seconds}`,
    ...(load.messagesEach === undefined ? [] : [`-n${load.messagesEach}`]),
    ...(load.likePostfix === true ? ['-p'] : []),
    ...(load.together === true ? ['-t'] : []),
    load.target,
    load.message,
  ]
  const { stdout } = await run(bench.programs.loadClient, args, { timeout: PATIENCE_MS })
  const result = JSON.parse(stdout) as LoadResult & { refused: number; failed: number }
  if (result.refused > 0 || result.failed > 0 || result.passed === 0)
    throw new Error(`the milter at ${load.target} did not let all pass: ${stdout.trim()}`)
  return result
}

/** A daemon runs for weeks: what its first seconds cost, while V8 compiles, is not measured. */
const WARM_UP_SECONDS = 6

/** Gives milters work until they are as fast as they get; nothing in a quick run. */
export async function warmUp(bench: Bench, targets: readonly string[]): Promise<void> {
  if (bench.quick) return
  const message = plainMessage(bench.directory, 4 * KIB)
  for (const target of targets)
    await runLoad(bench, { target, message, connections: 10, seconds: WARM_UP_SECONDS })
}
