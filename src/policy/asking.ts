import type { Action, AskChoice, AskEnd, Level, RiskClass } from './model.js'

/** What has become of the question to a sender, for one recipient. */
export type AskOutlook =
  /** It is asked, or can be. */
  | { readonly kind: 'ask' }
  /** There is nothing to ask about any more: a letter of ours. */
  | { readonly kind: 'over' }
  | {
      readonly kind: 'answered'
      readonly choice: AskChoice
      /** Who, as it stands in a sentence: `the sender`. */
      readonly by: string
    }
  /** Nobody answered in time, or nobody can be asked. */
  | {
      readonly kind: 'instead'
      readonly action: AskEnd
      readonly row: string
      readonly why: string
    }

/** What is done for a recipient, before anybody has looked whether it can be. */
export interface Outcome {
  readonly action: Action
  readonly row: string
  readonly why: string
  readonly productLane?: string | undefined
}

/** What rules and table say with or without asking, for the class of the message or another. */
export type AskPolicy = (asks: boolean, answeredClass?: RiskClass) => Outcome

/** What an answer cannot soften: an officer must look, or it is a no. */
const BEYOND_AN_ANSWER: ReadonlySet<Action> = new Set(['hold', 'reject'])

/** Row of a message that its sender has cancelled. */
export const CANCELLED_ROW = 'answer.cancel'

/**
 * What is done once the sender was asked, or cannot be.
 *
 * A cancelled message goes nowhere and one that is to be sealed is sealed, whatever the policy says by
 * now. `send` makes the message normal, and what rules and table say of a normal one holds; it never
 * goes over anything but a question. A release lifts a hold that silence has led to.
 */
export function afterAsking(
  { level, asking }: { readonly level: Level; readonly asking?: AskOutlook | undefined },
  released: boolean,
  policy: AskPolicy,
): Outcome {
  const plain = policy(true)
  if (asking === undefined || level === 'internal') return plain
  if (asking.kind === 'answered') {
    const { choice, by } = asking
    if (choice === 'cancel')
      return { action: 'reject', row: CANCELLED_ROW, why: `cancelled by ${by}` }
    if (choice === 'seal' && !BEYOND_AN_ANSWER.has(plain.action))
      return { action: 'seal', row: 'answer.seal', why: `${by} chose to seal it` }
  }
  if (plain.action !== 'ask') return plain
  switch (asking.kind) {
    case 'ask':
      return plain
    case 'over':
      return policy(false)
    case 'answered': {
      const outcome = policy(false, 'normal')
      return { ...outcome, why: `${asking.by} says that it is normal; ${outcome.why}` }
    }
    case 'instead':
      if (asking.action === 'hold' && released) return policy(false)
      return { action: asking.action, row: asking.row, why: asking.why }
    default:
      return asking satisfies never
  }
}
