import type { EnvelopeAddress, MilterSession, Recipient, Transaction } from './handlers.js'
import { EditPlan } from './edit-plan.js'
import type { HeaderList } from './header-list.js'
import type { MacroSet } from './macros.js'
import type { MessageBody } from './message-body.js'
import type { CodeReply, RefusalReply } from './reply.js'
import { TransactionView } from './transaction-view.js'

/** What a message is made of when it begins. */
export interface MessageParts {
  readonly session: MilterSession
  readonly macros: MacroSet
  readonly sender: EnvelopeAddress
  readonly headers: HeaderList
  /** False when header fields were not asked for: edits cannot be compared with them. */
  readonly hasHeaders: boolean
  readonly body: MessageBody
}

/** One message as the state machine fills it. Handlers see `view`. */
export class MessageState {
  readonly view: Transaction
  readonly parts: MessageParts
  readonly recipients: Recipient[] = []
  /** Set when the message cannot pass whatever a handler says: what it is answered at its end. */
  doom: RefusalReply | CodeReply | undefined
  headerBytes = 0
  bodyBytes = 0
  /** No more chunks go to the handlers: one has said skip. */
  isSkipping = false
  #edits: EditPlan | undefined
  #isClosed = false
  #abort: AbortController | undefined

  constructor(parts: MessageParts) {
    this.parts = parts
    this.view = new TransactionView(this)
  }

  /** The edits, if anybody has asked for the recorder. */
  get recorded(): EditPlan | undefined {
    return this.#edits
  }

  get edits(): EditPlan {
    this.#edits ??= new EditPlan({
      negotiated: this.parts.session.negotiated,
      hasHeaders: this.parts.hasHeaders,
      headers: () => this.parts.headers.lines(),
      recipients: () => this.recipients,
    })
    if (this.#isClosed) this.#edits.close()
    return this.#edits
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    return this.#abort.signal
  }

  /** No more edits; whoever still works on the message is told to stop. */
  close(reason?: Error): void {
    this.#isClosed = true
    this.#edits?.close()
    if (reason !== undefined) {
      this.#abort ??= new AbortController()
      this.#abort.abort(reason)
    }
  }
}
