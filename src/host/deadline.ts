/**
 * Waits for `work`, but no longer than `ms`.
 *
 * Throws  what `late` makes once the time is over; what `work` still does is then ignored.
 */
export function withDeadline<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  // A race of promises would do, at three times the cost, for each plugin and message.
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms)
    work.then(
      value => {
        clearTimeout(timer)
        resolve(value)
      },
      (thrown: unknown) => {
        clearTimeout(timer)
        reject(thrown)
      },
    )
  })
}
