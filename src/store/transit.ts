import type { Pass } from '../policy/lanes.js'
import type { RiskClass } from '../policy/model.js'

/**
 * What is carried from pass to pass under the reference of the pass before: a later pass believes
 * these facts only when the message comes by a listener, with a reference whose code is right, with
 * the body that left that pass, and, from split on, from the same sender to the same recipient.
 */
export interface Transit {
  /** Reference of this pass. */
  readonly reference: string
  /** Reference of the first pass; that of this one when it is the first. */
  readonly root: string
  /** Reference of the pass before. */
  readonly parent: string | undefined
  readonly pass: Pass
  readonly customer: string
  /** Queue id that the message had in this pass. */
  readonly queueId: string | undefined
  /** Epoch milliseconds of the first pass. */
  readonly firstAt: number
  readonly sender: string
  /** The final recipient; undefined before split, where there may be several. */
  readonly recipient: string | undefined
  /** SHA-256 of the body without white space, as it left this pass, hexadecimal. */
  readonly bodyHash: string
  /** The class is never lower than this in a later pass. */
  readonly floor: RiskClass
  /** What Postfix vouched for in the first pass. */
  readonly authUser: string | undefined
  readonly clientCert: string | undefined
  readonly clientAddress: string | undefined
  /** The lane that this pass pinned the message to; undefined when it left the choice to Postfix. */
  readonly pinned: string | undefined
  /** Every lane that a pass has pinned the message to, this one included, oldest first. */
  readonly tried: readonly string[]
  /** DKIM-Signature fields that the message had when it came to the first pass. */
  readonly signatures: number
  /** An officer has released this recipient's message from its hold. */
  readonly released: boolean
  /**
   * Names of the rules about the class that matched so far. A tag that one of them asked for is off the
   * subject once the message has left; what a permitted sender stated holds for the whole way.
   */
  readonly stated: readonly string[] | undefined
  /** Format of the letter that the body is since this pass or one before; undefined: it is none. */
  readonly sealed: string | undefined
}

/** One row of the waiting room: a recipient of a message for whom Postfix is told 451 at split. */
export interface Waiting {
  /** Made by the gateway from customer, root or body, sender and recipient; unique. */
  readonly key: string
  readonly customer: string
  /** Reference number that people see. */
  readonly reference: string
  readonly sender: string
  readonly recipient: string
  readonly domain: string
  readonly why: WaitReason
  /** Queue id of the entry in the split lane: what `postqueue -i` takes. */
  readonly queueId: string | undefined
  /** Epoch milliseconds: first and last time that the message was told to wait. */
  readonly since: number
  readonly lastTry: number
  readonly tries: number
  /** Epoch milliseconds at which the waiting ends by itself. */
  readonly until: number
  /** What a person has decided; undefined while nobody has. */
  readonly verdict: 'released' | 'cancelled' | undefined
  readonly decidedBy: string | undefined
  readonly decidedAt: number | undefined
  readonly reason: string | undefined
}

export const WAIT_REASONS = ['wait', 'ask', 'hold', 'paused'] as const
export type WaitReason = (typeof WAIT_REASONS)[number]

/** What a pass at split asks to have noted when it tells Postfix to wait. */
export type WaitingEntry = Omit<
  Waiting,
  'lastTry' | 'tries' | 'verdict' | 'decidedBy' | 'decidedAt' | 'reason'
> & { readonly at: number }

/** How a waiting ended. */
export const WAIT_ENDS = ['delivered', 'rejected', 'gone'] as const
export type WaitEnd = (typeof WAIT_ENDS)[number]
