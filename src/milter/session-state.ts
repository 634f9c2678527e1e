import type { ConnectInfo } from './command.js'
import type { MilterSession } from './handlers.js'
import { MacroSet } from './macros.js'
import type { Negotiated } from './negotiate.js'
import { SessionView } from './session-view.js'

/** What is known of one SMTP session, as the state machine fills it. Handlers see `view`. */
export class SessionState {
  readonly id: number
  readonly negotiated: Negotiated
  readonly view: MilterSession
  connection: ConnectInfo | undefined
  helo: string | undefined
  macros = new MacroSet()

  constructor(id: number, negotiated: Negotiated) {
    this.id = id
    this.negotiated = negotiated
    this.view = new SessionView(this)
  }
}
