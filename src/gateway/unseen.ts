import type { ContentVerdict, Decision, RecipientDecision } from '../policy/model.js'

/**
 * The decision about a message whose content nobody has looked at, and which goes nowhere outside.
 *
 * Shape   `why` says so for the content, such as `refused for its client, not looked at`.
 */
export function unseenDecision(
  recipients: readonly Omit<RecipientDecision, 'lane'>[],
  why: string,
): Decision {
  const content: ContentVerdict = Object.freeze({
    verdict: 'unknown',
    system: null,
    coverage: 'none',
    strength: 'none',
    parts: Object.freeze([]),
    why,
  })
  return Object.freeze({
    class: 'normal',
    labels: Object.freeze([]),
    content,
    recipients: Object.freeze(recipients.map(one => Object.freeze({ ...one, lane: null }))),
  })
}
