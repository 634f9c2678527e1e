/**
 * Waits for `work`, but no longer than until `signal` is aborted; what `work` still does is then
 * ignored.
 *
 * Throws  what `end` makes once the signal is aborted, also where `work` is done already.
 */
export function unlessAborted<T>(
  work: T | Promise<T>,
  signal: AbortSignal,
  end: () => Error,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(end())
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    Promise.resolve(work).then(
      value => {
        signal.removeEventListener('abort', onAbort)
        resolve(value)
      },
      (thrown: unknown) => {
        signal.removeEventListener('abort', onAbort)
        reject(thrown)
      },
    )
  })
}
