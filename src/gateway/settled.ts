import { CANCELLED_ROW } from '../policy/asking.js'
import type { Decision, RecipientDecision } from '../policy/model.js'
import type { Return } from './returned.js'
import type { WaitState } from './waiting-room.js'

/**
 * Puts in what no table has to be asked about: nobody is there to take the message, an officer has
 * cancelled it, or the time for a release is over.
 */
export function settled(
  decision: Decision,
  back: Return,
  {
    state,
    onHold,
    staysInside,
  }: {
    readonly state: WaitState
    readonly onHold: boolean
    /** It tells somebody inside a password, or what was opened for him. */
    readonly staysInside: boolean
  },
): Decision {
  if (staysInside)
    return rejected(
      decision,
      'notice.inside',
      'this mail is for somebody inside and does not leave',
    )
  if (back.kind === 'unreachable') return rejected(decision, 'lane.unreachable', back.why)
  if (state === 'cancelled' && !decision.recipients.some(({ row }) => row === CANCELLED_ROW))
    return rejected(decision, 'officer.cancelled', 'cancelled by the data-protection officer')
  if (state === 'expired' && onHold)
    return rejected(decision, 'officer.silent', 'nobody released the message in time')
  return decision
}

function rejected(decision: Decision, row: string, why: string): Decision {
  const recipients = decision.recipients.map((recipient): RecipientDecision =>
    recipient.level === 'internal'
      ? recipient
      : Object.freeze({ ...recipient, action: 'reject', lane: null, row, why }),
  )
  return Object.freeze({ ...decision, recipients: Object.freeze(recipients) })
}
