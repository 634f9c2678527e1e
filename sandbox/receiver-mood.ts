import { setTimeout as sleep } from 'node:timers/promises'

/** How a receiver behaves from now on. */
export type Mood =
  /** Takes everything. */
  | 'good'
  /** Nobody listens at its address, and who is connected is cut off. */
  | 'away'
  /** Takes the message and leaves its sender without an answer until the mood changes. */
  | 'holding'
  /** Takes the message, keeps it, and cuts the connection instead of saying so. */
  | 'cutting'
  | {
      /** What is refused. */
      readonly refuse: 'connection' | 'sender' | 'recipient' | 'message'
      /** `450 4.2.0 Greylisted`. */
      readonly reply: string
      /** Only the first so many times, counted for each recipient where one is refused. */
      readonly times?: number
    }
  /** Waits before each answer to a command. */
  | { readonly slowMs: number }

type Refusing = Extract<Mood, { readonly refuse: string }>

/** The mood of one receiver, and what it remembers of it. */
export class Moods {
  #mood: Mood = 'good'
  #refused = new Map<string, number>()
  #wake: (() => void)[] = []

  get now(): Mood {
    return this.#mood
  }

  /** Changes the mood; whatever is held is judged anew by it. */
  become(mood: Mood): void {
    this.#mood = mood
    this.#refused.clear()
    for (const wake of this.#wake.splice(0)) wake()
  }

  /**
   * Waits as long as the mood wants it.
   *
   * Throws  the refusal, as smtp-server sends it.
   */
  async judge(what: Refusing['refuse'], key = what as string): Promise<void> {
    if (what === 'message') await this.#released()
    if (typeof this.#mood === 'string') return
    if ('slowMs' in this.#mood) await sleep(this.#mood.slowMs, undefined, { ref: false })
    else if (this.#mood.refuse === what) this.#refuse(this.#mood, key)
  }

  #refuse({ reply, times = Infinity }: Refusing, key: string): void {
    const before = this.#refused.get(key) ?? 0
    if (before >= times) return
    this.#refused.set(key, before + 1)
    throw Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) })
  }

  async #released(): Promise<void> {
    while (this.#mood === 'holding') await new Promise<void>(done => this.#wake.push(done))
  }
}
