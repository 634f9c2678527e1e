import type { Readable } from 'node:stream'

/**
 * What has arrived on a stream, as it arrives.
 *
 * Gives   bytes; `undefined` when none came for `idleMs`. Ends when the stream does, or when `signal`
 *         is aborted. Nothing is taken from the stream before it is asked for.
 */
export async function* streamChunks(
  stream: Readable,
  idleMs: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer | undefined, void, undefined> {
  while (!signal.aborted) {
    const chunk: unknown = stream.read()
    if (Buffer.isBuffer(chunk)) yield chunk
    else if (stream.readableEnded || stream.destroyed) return
    else if (!(await somethingHappens(stream, idleMs, signal))) yield undefined
  }
}

/** Waits for bytes, the end or `signal`; false when the time ran out. */
function somethingHappens(stream: Readable, idleMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    const finish = (happened: boolean): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onEvent)
      for (const event of EVENTS) stream.off(event, onEvent)
      resolve(happened)
    }
    const onEvent = (): void => finish(true)
    const timer = setTimeout(() => finish(false), idleMs)
    signal.addEventListener('abort', onEvent)
    for (const event of EVENTS) stream.on(event, onEvent)
  })
}

const EVENTS = ['readable', 'end', 'close', 'error'] as const
