import type { Figure } from './figure.js'

/** What every scenario works with. */
export interface Bench {
  /** A directory for sockets, stores and messages; it goes when the bench ends. */
  readonly directory: string
  /** The compiled C programs. */
  readonly programs: Programs
  /** One short round of everything: shows that it runs, and proves no figure. */
  readonly quick: boolean
  /** How often each of two filters has its turn. */
  readonly rounds: number
  /** How long one turn takes. */
  readonly seconds: number
  /** A line for the person who waits. */
  say(line: string): void
}

export interface Programs {
  readonly emptyFilter: string
  readonly loadClient: string
}

export interface Scenario {
  readonly name: string
  readonly summary: string
  run(bench: Bench): Promise<readonly Figure[]>
}
