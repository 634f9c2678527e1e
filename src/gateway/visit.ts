import type { Log } from '../log/log.js'
import type { Transaction } from '../milter/index.js'
import type { Admission } from '../policy/connector.js'
import type { LaneState } from '../policy/lanes.js'
import type { StoreAdmin } from '../store/admin.js'
import type { Store } from '../store/store.js'
import type { AskDomain } from './domain-state.js'
import type { Engine, Engines } from './engine.js'
import type { ReferenceCodes } from './reference.js'
import type { SealTools } from './seal-letter.js'
import type { Arrived } from './transaction.js'

export interface GatewayDependencies {
  readonly engines: Engines
  readonly store: Store & Pick<StoreAdmin, 'findMessages'>
  readonly log: Log
  readonly codes: ReferenceCodes
  /** What Postfix is set to at this moment. */
  readonly lanes: () => LaneState
  readonly askDomain: AskDomain
  /** What sealing works with; undefined: nothing can be sealed. */
  readonly sealing?: SealTools | undefined
  /** Whether the lane `qtls` has been told how to verify a domain. */
  readonly hasMapEntry: (domain: string) => boolean
  /** Whether it has been told the keys of the domain's servers: a new one is refused until it is seen. */
  readonly hasMapKeys: (domain: string) => boolean
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** One message at one place of its way, with everything that is in force for it. */
export interface Visit extends Arrived {
  readonly tx: Transaction
  readonly engine: Engine
  /** What the client is by its certificate. */
  readonly admission: Admission
  /** Whose message it is when no earlier pass has said so. */
  readonly customer: string
  readonly lanes: LaneState
  readonly signal: AbortSignal
}

/** Name that the smtpd of this connection gives itself. */
export function daemonName(tx: Transaction): string | undefined {
  return tx.session.macros.get('daemon_name')
}
