import type { DnsAnswer } from './model.js'

interface Kept {
  readonly answer: DnsAnswer
  readonly until: number
}

/**
 * Answers for as long as they may be believed, at most `limit` of them; the oldest go first.
 *
 * Units   `now` in milliseconds.
 */
export class AnswerCache {
  readonly #kept = new Map<string, Kept>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: string, now: number): DnsAnswer | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    if (kept.until > now) return kept.answer
    this.#kept.delete(key)
    return undefined
  }

  set(key: string, answer: DnsAnswer, seconds: number, now: number): void {
    if (seconds <= 0) return
    this.#kept.delete(key)
    this.#kept.set(key, { answer, until: now + seconds * 1000 })
    while (this.#kept.size > this.#limit) {
      const [oldest] = this.#kept.keys()
      if (oldest === undefined) return
      this.#kept.delete(oldest)
    }
  }

  get size(): number {
    return this.#kept.size
  }
}
