import { MilterError } from './milter-error.js'
import type { Modification } from './modification.js'
import { textOfWire } from './wire-text.js'

/** A header field; `value` is all that follows the colon, latin1, folds as LF. */
export interface MessageField {
  readonly name: string
  readonly value: string
}

/** A message as an MTA shows it to a filter. */
export interface SplitMessage {
  readonly fields: readonly MessageField[]
  /** CRLF line ends; empty, or with a line end at its end. */
  readonly body: Buffer
}

/** The envelope and the message with a filter's changes made. */
export interface EditedMessage extends SplitMessage {
  /** With brackets, UTF-8 decoded. */
  readonly sender: string
  readonly senderParameters: string
  readonly recipients: readonly string[]
  readonly quarantine: string | undefined
}

const FIELD = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:/

/**
 * Splits a message the way Postfix reads it from a client.
 *
 * Line ends may be LF or CRLF and become CRLF in the body. The header ends at the first empty line,
 * or before the first line that is no field: that one is body then.
 */
export function splitMessage(message: Buffer): SplitMessage {
  const lines = message.toString('latin1').split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const fields: { name: string; value: string }[] = []
  let at = 0
  for (; at < lines.length; at++) {
    const line = lines[at] as string
    const name = FIELD.exec(line)?.[1]
    const last = fields.at(-1)
    if (name !== undefined) fields.push({ name, value: line.slice(line.indexOf(':') + 1) })
    else if (last !== undefined && /^[ \t]/.test(line)) last.value += `\n${line}`
    else break
  }
  if (lines[at] === '') at += 1
  const body = lines.slice(at).map(line => `${line}\r\n`)
  return { fields, body: Buffer.from(body.join(''), 'latin1') }
}

/** The bytes of a message: fields, empty line, body, all line ends CRLF. */
export function joinMessage({ fields, body }: SplitMessage): Buffer {
  const header = fields.map(({ name, value }) => `${name}:${value.replaceAll('\n', '\r\n')}\r\n`)
  return Buffer.concat([Buffer.from(`${header.join('')}\r\n`, 'latin1'), body])
}

/**
 * Makes a filter's changes as Postfix makes them: at once and in order.
 *
 * Postfix' own Received field is not in the message yet, but counts for the index of an insert.
 * `envelope` is latin1, one character a byte. `keepsLeadingSpace`: HDR_LEADSPC was agreed, values come with what follows the colon.
 *
 * Throws  ERR_MILTER_PROTOCOL where Postfix would refuse: pieces of a new body with another change
 *         between them, a header index out of range.
 * Source  Postfix src/cleanup/cleanup_milter.c; behaviour seen with 3.7.11
 */
export function applyModifications(
  message: SplitMessage,
  envelope: { readonly sender: string; readonly recipients: readonly string[] },
  modifications: readonly Modification[],
  keepsLeadingSpace: boolean,
): EditedMessage {
  const header = new EditedHeader(message.fields, keepsLeadingSpace)
  const recipients = new Set(envelope.recipients.map(withBrackets))
  let sender = envelope.sender
  let senderParameters = ''
  let quarantine: string | undefined
  for (const change of modifications) {
    switch (change.kind) {
      case 'add-header':
        header.add(change)
        break
      case 'insert-header':
        header.insert(change)
        break
      case 'change-header':
        header.change(change)
        break
      case 'change-sender':
        sender = withBrackets(change.address)
        senderParameters = change.parameters
        break
      case 'add-recipient':
        recipients.add(withBrackets(change.address))
        break
      case 'remove-recipient':
        recipients.delete(withBrackets(change.address))
        break
      case 'quarantine':
        quarantine = change.reason
        break
      case 'replace-body':
        break
      default:
        change satisfies never
    }
  }
  return {
    fields: header.fields(),
    body: newBody(modifications) ?? message.body,
    sender: textOfWire(withBrackets(sender)),
    senderParameters,
    recipients: [...recipients].map(textOfWire),
    quarantine,
  }
}

class EditedHeader {
  /** The place of Postfix' own Received, which a filter does not see. */
  readonly #own: MessageField = { name: 'Received', value: '' }
  readonly #fields: MessageField[]
  readonly #keepsLeadingSpace: boolean

  constructor(fields: readonly MessageField[], keepsLeadingSpace: boolean) {
    this.#fields = [this.#own, ...fields]
    this.#keepsLeadingSpace = keepsLeadingSpace
  }

  fields(): MessageField[] {
    return this.#fields.filter(field => field !== this.#own)
  }

  add(change: MessageField): void {
    this.#fields.push(this.#field(change))
  }

  /** An index behind the end appends. */
  insert(change: MessageField & { readonly index: number }): void {
    this.#fields.splice(checkIndex(change.index), 0, this.#field(change))
  }

  /** Index 0 is index 1. What is not found is added, unless it was to be deleted. */
  change(change: MessageField & { readonly index: number }): void {
    const name = change.name.toLowerCase()
    let left = Math.max(1, checkIndex(change.index))
    const at = this.#fields.findIndex(
      field => field !== this.#own && field.name.toLowerCase() === name && --left === 0,
    )
    if (change.value === '') {
      if (at >= 0) this.#fields.splice(at, 1)
    } else if (at < 0) this.add(change)
    else this.#fields[at] = this.#field(change)
  }

  /** A line that does not begin with a blank becomes a folded one: Postfix puts a tab before it. */
  #field({ name, value }: MessageField): MessageField {
    const folded = value.replace(/\n(?![ \t])/g, '\n\t')
    return { name, value: this.#keepsLeadingSpace ? folded : ` ${folded}` }
  }
}

/** Postfix reads the index as a signed number and refuses a negative one. */
function checkIndex(index: number): number {
  if (index > 0x7fffffff) throw new MilterError('ERR_MILTER_PROTOCOL', 'bad header index')
  return index
}

function newBody(modifications: readonly Modification[]): Buffer | undefined {
  const isBody = modifications.map(change => change.kind === 'replace-body')
  const first = isBody.indexOf(true)
  if (first < 0) return undefined
  const last = isBody.lastIndexOf(true)
  if (isBody.slice(first, last).includes(false)) {
    throw new MilterError('ERR_MILTER_PROTOCOL', 'another change between pieces of the new body')
  }
  const pieces = modifications.flatMap(change =>
    change.kind === 'replace-body' ? [change.chunk] : [],
  )
  const body = Buffer.concat(pieces).toString('latin1').replace(/\r?\n/g, '\r\n')
  return Buffer.from(body === '' || body.endsWith('\n') ? body : `${body}\r\n`, 'latin1')
}

function withBrackets(address: string): string {
  return address.startsWith('<') ? address : `<${address}>`
}
