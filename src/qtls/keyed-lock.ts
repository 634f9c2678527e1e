/** Lets one at a time do something with a thing of the same name; in the order of asking. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>()

  /**
   * Waits for its turn, then does `task`.
   *
   * Throws  what `signal` is aborted with while it waits, and what `task` throws.
   */
  async run<T>(key: string, task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#tails.get(key)
    let release = (): void => undefined
    const mine = new Promise<void>(done => (release = done))
    const tail = before === undefined ? mine : before.then(() => mine)
    this.#tails.set(key, tail)
    try {
      if (before !== undefined) await abortable(before, signal)
      return await task()
    } finally {
      release()
      if (this.#tails.get(key) === tail) this.#tails.delete(key)
    }
  }

  /** Names that somebody has or waits for. */
  get size(): number {
    return this.#tails.size
  }
}

/** Waits for `work`, but no longer than until `signal` is aborted; the work goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason as Error)
  return new Promise<T>((done, fail) => {
    const stop = (): void => fail(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
    work.then(done, fail).finally(() => signal.removeEventListener('abort', stop))
  })
}
