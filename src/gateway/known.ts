import { passOf } from '../policy/lanes.js'
import type { Given } from '../seal/given.js'
import { givenIn } from './given-password.js'
import { passageOf, type Passage } from './passage.js'
import { learnReturn, type Return } from './returned.js'
import { daemonName, type GatewayDependencies, type Visit } from './visit.js'
import { guestOf, waitState, type Guest, type WaitState } from './waiting-room.js'

/** Everything that is known of a message in this pass before it is looked into. */
export interface Known {
  readonly passage: Passage
  readonly customer: string
  readonly back: Return
  /** The one recipient that a message has at split. */
  readonly guest: Guest | undefined
  readonly waits: WaitState
  /** What the sender gave about the password of a letter. */
  readonly given: Given | undefined
  /** An operator has stopped all outgoing mail. */
  readonly paused: boolean
  /** Epoch milliseconds. */
  readonly at: number
}

/** Asks the message, the store and the log what is known of a message at this place of its way. */
export async function learn(visit: Visit, deps: GatewayDependencies): Promise<Known> {
  const { mail, tx, bodyHash } = visit
  const { store, codes, now } = deps
  const at = now()
  const pass = passOf(daemonName(tx))
  const passage = await passageOf(mail, pass, bodyHash, store, codes)
  const customer = passage.earlier?.customer ?? visit.customer
  const back = await learnReturn(visit, passage, deps)
  const guest =
    pass === 're-split' ? await guestOf(mail, passage, bodyHash, customer, store) : undefined
  const paused = await store.paused()
  const waits = waitState(guest, at)
  const given = givenIn(visit, passage)
  return Object.freeze({ passage, customer, back, guest, waits, given, paused, at })
}
