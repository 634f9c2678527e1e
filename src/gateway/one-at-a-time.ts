/**
 * Makes a function that runs work one after the other, in the order in which it came; for work that
 * holds much memory. A failure is told to whoever wanted the work, and to nobody behind.
 */
export function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
}
