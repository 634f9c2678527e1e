export interface FreshValueOptions<Value> {
  readonly read: () => Promise<Value>
  /** Milliseconds of a clock that is never set back. */
  readonly now: () => number
  /** How old an answer may be. */
  readonly maxAgeMs?: number
}

/** After this time everyone who asks with each message knows what was changed, in all processes. */
export const KNOWN_EVERYWHERE_MS = 1000

/**
 * Something that is asked for with every message and changes rarely: read at most once a second,
 * and only when somebody wants to know. What cannot be read is an error, never an old value.
 */
export class FreshValue<Value> {
  readonly #options: Required<FreshValueOptions<Value>>
  #known: { readonly value: Value; readonly askedAt: number } | undefined
  #reading: Promise<Value> | undefined

  constructor(options: FreshValueOptions<Value>) {
    this.#options = { maxAgeMs: KNOWN_EVERYWHERE_MS, ...options }
  }

  /** The next question is answered by a reading that begins after this. */
  invalidate(): void {
    this.#known = undefined
    this.#reading = undefined
  }

  async value(): Promise<Value> {
    const { now, maxAgeMs } = this.#options
    const known = this.#known
    if (known !== undefined && now() - known.askedAt < maxAgeMs) return known.value
    return this.#reading ?? this.#read()
  }

  #read(): Promise<Value> {
    const askedAt = this.#options.now()
    const reading = this.#options
      .read()
      .then(value => {
        if (this.#reading === reading) this.#known = { value, askedAt }
        return value
      })
      .finally(() => {
        if (this.#reading === reading) this.#reading = undefined
      })
    this.#reading = reading
    return reading
  }
}
