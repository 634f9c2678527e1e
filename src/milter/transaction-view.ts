import type { EditRecorder } from './edits.js'
import type {
  BodyView,
  EnvelopeAddress,
  HeaderLine,
  MacroView,
  MilterSession,
  Recipient,
  Transaction,
} from './handlers.js'
import type { MessageState } from './message-state.js'

/** What handlers see of a message; nothing in it can be written. */
export class TransactionView implements Transaction {
  readonly #state: MessageState

  constructor(state: MessageState) {
    this.#state = state
    Object.freeze(this)
  }

  get session(): MilterSession {
    return this.#state.parts.session
  }

  get macros(): MacroView {
    return this.#state.parts.macros
  }

  get queueId(): string | undefined {
    return this.#state.parts.macros.get('i')
  }

  get sender(): EnvelopeAddress {
    return this.#state.parts.sender
  }

  get recipients(): readonly Recipient[] {
    return Object.freeze([...this.#state.recipients])
  }

  get headers(): readonly HeaderLine[] {
    return this.#state.parts.headers.lines()
  }

  get body(): BodyView {
    return this.#state.parts.body.view
  }

  get edits(): EditRecorder {
    return this.#state.edits
  }

  get signal(): AbortSignal {
    return this.#state.signal
  }
}
