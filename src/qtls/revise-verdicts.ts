import { setImmediate as breathe } from 'node:timers/promises'
import type {
  Confirmation,
  DomainStore,
  RevisedVerdict,
  StaleVerdict,
  VerdictChange,
  VerdictRecord,
} from '../store/verdicts.js'
import { judge } from './judge.js'
import { asFacts, confirmationOf } from './make-verdict.js'
import { nextProbe } from './next-probe.js'
import type { VerdictRules } from './verdict-rules.js'

export interface ReviseOptions {
  readonly store: Pick<DomainStore, 'verdictsByOtherRules' | 'reviseVerdicts' | 'listConfirmations'>
  readonly rules: VerdictRules
  /** All verdicts, not only those by other rules. */
  readonly all?: boolean
  readonly now: () => number
  /** Called for each slice, once it is kept. */
  readonly onRevised?: (slice: readonly Revised[]) => void | Promise<void>
}

/** One verdict that was made anew. */
export interface Revised {
  readonly change: VerdictChange
  /** Undefined: there are no facts that it could be made of. */
  readonly verdict: VerdictRecord | undefined
}

/** Facts are long; the judgement of so many keeps the process busy for a moment only. */
const SLICE = 10

/**
 * Makes verdicts anew from the facts on record, without any network: after the rules have changed, or
 * what administrators have said. One whose facts are not to be had stays and does not count; its
 * domain is due.
 *
 * Gives   how many were made anew
 * Throws  what the store throws, and what `signal` is aborted with
 */
export async function reviseVerdicts(options: ReviseOptions, signal: AbortSignal): Promise<number> {
  const { store, rules, onRevised } = options
  const confirmations = await store.listConfirmations()
  let count = 0
  let after = ''
  for (;;) {
    signal.throwIfAborted()
    const wanted = options.all === true ? undefined : rules.digest
    const slice = await store.verdictsByOtherRules({ after, limit: SLICE, rules: wanted })
    const last = slice.at(-1)
    if (last === undefined) return count
    after = last.domain
    const made: RevisedVerdict[] = []
    for (const one of slice) {
      made.push(remade(one, confirmations, options))
      await breathe()
    }
    const changes = await store.reviseVerdicts(made)
    await onRevised?.(
      changes.flatMap((change, index) => {
        const verdict = made[index]?.verdict
        return change.outcome === 'dropped' ? [] : [{ change, verdict }]
      }),
    )
    count += made.filter(({ verdict }) => verdict !== undefined).length
    if (slice.length < SLICE) return count
  }
}

function remade(
  { domain, probedAt, reasons, facts: stored }: StaleVerdict,
  confirmations: readonly Confirmation[],
  { rules, now }: ReviseOptions,
): RevisedVerdict {
  const facts = asFacts(stored)
  const key = { domain, probedAt, rules: rules.digest }
  if (facts?.domain !== domain) return { ...key, verdict: undefined, dueAt: now() }
  const { bindings, profile } = rules
  const confirmation = confirmationOf(facts, confirmations)
  const verdict = judge(facts, profile, now(), { bindings, confirmation })
  // What was lost is no matter of rules, and the facts alone do not show it.
  const lost = reasons.filter(({ code }) => code === 'starttls_disappeared')
  return {
    ...key,
    verdict: { ...verdict, reasons: [...lost, ...verdict.reasons] },
    dueAt: nextProbe(verdict, probedAt, 0),
  }
}
