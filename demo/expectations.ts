import type { ExpectedRecipient } from './examples.js'
import type { Outcome, RecipientOutcome } from './outcome.js'

/**
 * Compares what happened with what was to happen.
 *
 * Shape   `subject` as it arrived, or as the milter handed it back.
 * Gives   one sentence for each difference; empty when everything went as expected.
 */
export function differences(
  outcome: Outcome,
  { subject, withPostfix }: { readonly subject: string | undefined; readonly withPostfix: boolean },
): readonly string[] {
  const { example, answer, decision, recipients } = outcome
  const found = [
    different('the answer', String(answer.code), example.answer),
    different('the class', decision.class, example.class),
    different('the number of recipients', recipients.length, example.recipients.length),
  ]
  for (const want of example.recipients) {
    const got = recipients.find(({ decision }) => decision.address === want.address)
    found.push(different(`the action for ${want.address}`, got?.decision.action, want.action))
    if (withPostfix) found.push(different(`how ${want.address} got it`, wayOf(got), wayTo(want)))
  }
  if (example.subject !== undefined) found.push(different('the subject', subject, example.subject))
  return found.filter(one => one !== undefined)
}

function different(what: string, got: unknown, want: unknown): string | undefined {
  return got === want ? undefined : `${what} is ${String(got)}, expected ${String(want)}`
}

function wayOf(got: RecipientOutcome | undefined): string {
  if (got?.arrival === undefined) return 'not at all'
  if (got.delivery?.status !== 'sent') return `with status ${got.delivery?.status}`
  return got.arrival.tls === null ? 'clear' : 'encrypted'
}

function wayTo({ arrives }: ExpectedRecipient): string {
  return arrives ?? 'not at all'
}
