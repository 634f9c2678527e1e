import type { EditRecorder, RecipientOptions, SenderOptions } from './edits.js'
import { recipientParameters, senderParameters, wireAddress } from './envelope.js'
import type { HeaderLine, Recipient } from './handlers.js'
import { HeaderPlan } from './header-plan.js'
import { MilterError } from './milter-error.js'
import type { Modification } from './modification.js'
import { ACTIONS, type MilterAction, PROTOCOL, type Negotiated } from './negotiate.js'

/** What an edit is checked against. */
export interface EditContext {
  readonly negotiated: Negotiated
  /** False when header fields were not asked for. */
  readonly hasHeaders: boolean
  readonly headers: () => readonly HeaderLine[]
  readonly recipients: () => readonly Recipient[]
}

/** The edits of one message until they go out. */
export class EditPlan implements EditRecorder {
  readonly #context: EditContext
  #header: HeaderPlan | undefined
  readonly #envelope: Modification[] = []
  #body: Buffer | AsyncIterable<Buffer> | undefined
  #isOver = false

  constructor(context: EditContext) {
    this.#context = context
    Object.freeze(this)
  }

  addHeader(name: string, value: string): void {
    this.#check('add-header')
    this.#headerPlan(false).add(name, value)
  }

  insertHeader(position: number | 'top', name: string, value: string): void {
    this.#check('add-header')
    this.#headerPlan(position !== 'top' && position !== 0).insert(position, name, value)
  }

  changeHeader(name: string, occurrence: number, value: string): void {
    this.#check('change-header')
    this.#headerPlan(true).change(name, occurrence, value)
  }

  removeHeader(name: string, occurrence?: number): void {
    this.#check('change-header')
    this.#headerPlan(true).remove(name, occurrence)
  }

  replaceBody(body: Buffer | AsyncIterable<Buffer>): void {
    this.#check('replace-body')
    this.#body = body
  }

  addRecipient(address: string, options: RecipientOptions = {}): void {
    this.#check('add-recipient')
    const parameters = recipientParameters(options)
    if (parameters !== '') this.#check('add-recipient-parameters')
    const wire = wireAddress(address, 'recipient')
    this.#envelope.push({ kind: 'add-recipient', address: wire, parameters })
  }

  /** Postfix compares bytes with what the client gave, so the address goes back as it came. */
  removeRecipient(address: string): void {
    this.#check('remove-recipient')
    const found = this.#context
      .recipients()
      .filter(
        known => known.raw === address || known.address === address.replace(/^<(.*)>$/s, '$1'),
      )
    if (found.length === 0) {
      throw new MilterError('ERR_MILTER_ADDRESS', 'no recipient of this message has that address')
    }
    for (const raw of new Set(found.map(recipient => recipient.raw))) {
      this.#envelope.push({ kind: 'remove-recipient', address: raw })
    }
  }

  changeSender(address: string, options: SenderOptions = {}): void {
    this.#check('change-sender')
    const wire = wireAddress(address, 'sender')
    this.#envelope.push({
      kind: 'change-sender',
      address: wire,
      parameters: senderParameters(options),
    })
  }

  quarantine(reason: string): void {
    this.#check('quarantine')
    if (!/^[\x20-\x7e]+$/.test(reason)) {
      throw new MilterError('ERR_MILTER_REPLY', 'quarantine reason is not printable ASCII')
    }
    this.#envelope.push({ kind: 'quarantine', reason })
  }

  /** No more edits: the answer is out, or on its way. */
  close(): void {
    this.#isOver = true
  }

  /** True when nothing was recorded. */
  get isEmpty(): boolean {
    return this.#header === undefined && this.#envelope.length === 0 && this.#body === undefined
  }

  /** All but the body, in the order to be sent. */
  modifications(): Modification[] {
    const hasLeadingSpace = (this.#context.negotiated.protocol & PROTOCOL.HDR_LEADSPC) !== 0
    const header = this.#header?.modifications(this.#context.headers()) ?? []
    return [...(hasLeadingSpace ? header : header.map(withoutSpace)), ...this.#envelope]
  }

  /** What to put in place of the body; its packets must follow each other without another edit. */
  get body(): Buffer | AsyncIterable<Buffer> | undefined {
    return this.#body
  }

  #check(action: MilterAction): void {
    if (this.#isOver) throw new MilterError('ERR_MILTER_LATE', 'the message has been answered')
    if ((this.#context.negotiated.actions & ACTIONS[action]) === 0) {
      throw new MilterError('ERR_MILTER_NOT_NEGOTIATED', `edit ${action} was not negotiated`)
    }
  }

  #headerPlan(needsReceived: boolean): HeaderPlan {
    if (needsReceived && !this.#context.hasHeaders) {
      throw new MilterError('ERR_MILTER_NOT_NEGOTIATED', 'header fields were not asked for')
    }
    this.#header ??= new HeaderPlan()
    return this.#header
  }
}

/**
 * Without HDR_LEADSPC the MTA puts a space after the colon, so ours goes. One is left where nothing
 * else is: an empty value would delete.
 */
function withoutSpace(change: Modification): Modification {
  if (!('value' in change)) return change
  if (change.kind === 'change-header' && change.value === ' ') return change
  return { ...change, value: change.value.replace(/^ /, '') }
}
