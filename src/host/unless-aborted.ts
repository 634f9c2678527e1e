/**
 * Waits for `work`, but no longer than until `signal` is aborted; what `work` still does is then
 * ignored.
 *
 * Throws  what `end` makes once the signal is aborted, also where `work` is done already.
 */
export async function unlessAborted<T>(
  work: T | Promise<T>,
  signal: AbortSignal,
  end: () => Error,
): Promise<T> {
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(end())
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([aborted, work])
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort)
  }
}
