import { GatewayError, reasonOf } from '../errors.js'
import type { MadeVerdict, VerdictMaker } from './make-verdict.js'

/** A domain as it is to be looked at. */
export interface Task {
  readonly domain: string
  readonly tries: number
}

export type TaskResult =
  | { readonly domain: string; readonly made: MadeVerdict }
  | { readonly domain: string; readonly error: string }

export interface ProbeRunOptions {
  readonly maker: Pick<VerdictMaker, 'make'>
  readonly concurrency: number
  /** Called for each, in the order in which they are done. */
  readonly onResult: (result: TaskResult) => void | Promise<void>
}

/**
 * Looks at domains, several at a time, as long as `tasks` gives more.
 *
 * Gives   once all are done. After `signal` nothing new is begun and what is under way is given up;
 *         those are not reported.
 * Throws  what `tasks` throws, and what `onResult` does
 */
export async function runProbes(
  tasks: AsyncIterable<Task>,
  { maker, concurrency, onResult }: ProbeRunOptions,
  signal: AbortSignal,
): Promise<void> {
  const iterator = tasks[Symbol.asyncIterator]()
  const work = async (): Promise<void> => {
    for (;;) {
      if (signal.aborted) return
      const next = await iterator.next()
      if (next.done === true) return
      const { domain, tries } = next.value
      const result = await maker.make(domain, signal, tries).then(
        (made): TaskResult => ({ domain, made }),
        (thrown: unknown): TaskResult | undefined => {
          if (signal.aborted) return undefined
          // The store, or a bug: that is no matter of this domain alone.
          if (thrown instanceof GatewayError) throw thrown
          return { domain, error: reasonOf(thrown) }
        },
      )
      if (result !== undefined) await onResult(result)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}
