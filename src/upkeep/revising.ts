import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log/log.js'
import { reviseVerdicts } from '../qtls/revise-verdicts.js'
import type { VerdictRules } from '../qtls/verdict-rules.js'
import type { DomainStore } from '../store/verdicts.js'

/** Another process may have kept verdicts by other rules meanwhile. */
const AGAIN_MS = 600_000

export interface RevisingOptions {
  readonly store: Pick<DomainStore, 'verdictsByOtherRules' | 'reviseVerdicts' | 'listConfirmations'>
  /** The rules that are in force now. */
  readonly rules: () => VerdictRules
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
}

/**
 * Makes verdicts anew when the rules have changed. It takes as long as it may: half of the time it
 * rests, so that mail is answered meanwhile.
 */
export class VerdictReviser {
  readonly #options: RevisingOptions
  #done: string | undefined
  #doneAt = Number.NEGATIVE_INFINITY

  constructor(options: RevisingOptions) {
    this.#options = options
  }

  /** Whether every verdict that can be is by the rules in force; until then maps would be wrong. */
  get isDone(): boolean {
    return this.#done === this.#options.rules().digest
  }

  /** Makes anew what is not by the rules in force; cheap when that was done a moment ago. */
  async turn(signal: AbortSignal): Promise<void> {
    const { store, log, now } = this.#options
    const rules = this.#options.rules()
    if (this.isDone && now() - this.#doneAt < AGAIN_MS) return
    let begun = performance.now()
    const onRevised = async (): Promise<void> => {
      await sleep(performance.now() - begun, undefined, { signal })
      begun = performance.now()
    }
    const count = await reviseVerdicts({ store, rules, now, onRevised }, signal)
    this.#done = rules.digest
    this.#doneAt = now()
    if (count > 0)
      log.info('verdicts made anew by the rules in force', { count, reason: rules.profile.name })
  }
}
