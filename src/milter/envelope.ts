import type { EnvelopeAddress, Recipient } from './handlers.js'
import type { RecipientOptions, SenderOptions } from './edits.js'
import { MilterError } from './milter-error.js'
import { textOfWire, wireOfText } from './wire-text.js'

/** Reads the strings of MAIL: the address, with or without brackets, then ESMTP parameters. */
export function readSender(strings: readonly string[]): EnvelopeAddress {
  return Object.freeze(readAddress(strings))
}

/** Reads the strings of RCPT. */
export function readRecipient(strings: readonly string[], rejected: boolean): Recipient {
  const { address, raw, parameters, rawParameters } = readAddress(strings)
  return Object.freeze({ address, raw, parameters, rawParameters, rejected })
}

function readAddress([raw = '', ...rawParameters]: readonly string[]): EnvelopeAddress {
  return {
    address: textOfWire(withoutBrackets(raw)),
    raw,
    parameters: readParameters(rawParameters),
    rawParameters: Object.freeze(rawParameters),
  }
}

function readParameters(list: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  for (const parameter of list) {
    const equals = parameter.indexOf('=')
    const keyword = equals < 0 ? parameter : parameter.slice(0, equals)
    map.set(keyword.toUpperCase(), equals < 0 ? '' : textOfWire(parameter.slice(equals + 1)))
  }
  return map
}

/** A local part, quoted or not, and a domain that may be missing (`postmaster`). */
const ADDRESS = /^(?:"(?:[^"\\\p{Cc}]|\\\P{Cc})*"|[^\s<>"@\p{Cc}]+)(?:@[^\s<>"@\p{Cc}]+)?$/u

/**
 * An address for the wire, in brackets: sendmail insists on them. UTF-8.
 *
 * Throws  ERR_MILTER_ADDRESS for what cannot be an address; empty only for a sender.
 */
export function wireAddress(address: string, role: 'sender' | 'recipient'): string {
  const bare = withoutBrackets(address)
  if (!(bare === '' && role === 'sender') && !ADDRESS.test(bare)) {
    throw new MilterError('ERR_MILTER_ADDRESS', `${role} address is malformed`)
  }
  return `<${wireOfText(bare)}>`
}

/** DSN parameters of an added recipient (RFC 3461, sections 4.1 and 4.2); empty for none. */
export function recipientParameters({ notify, orcpt }: RecipientOptions): string {
  const parameters: string[] = []
  if (typeof notify === 'string') parameters.push('NOTIFY=NEVER')
  else if (notify !== undefined && notify.length > 0) {
    parameters.push(`NOTIFY=${notify.join(',').toUpperCase()}`)
  }
  if (orcpt !== undefined) parameters.push(`ORCPT=rfc822;${xtext(orcpt, 'original recipient')}`)
  return parameters.join(' ')
}

/** DSN parameters of a changed sender (RFC 3461, sections 4.3 and 4.4); empty for none. */
export function senderParameters({ ret, envid }: SenderOptions): string {
  const parameters: string[] = []
  if (ret !== undefined) parameters.push(`RET=${ret.toUpperCase()}`)
  if (envid !== undefined) parameters.push(`ENVID=${xtext(envid, 'envelope id')}`)
  return parameters.join(' ')
}

/** RFC 3461, section 4: all but printable ASCII, and `+` and `=`, as `+` and two hex digits. */
function xtext(text: string, what: string): string {
  if (text === '' || /[^\x20-\x7e]/.test(text)) {
    throw new MilterError('ERR_MILTER_ADDRESS', `${what} is not printable ASCII`)
  }
  return text.replace(
    /[ +=]/g,
    character => `+${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function withoutBrackets(address: string): string {
  return address.startsWith('<') && address.endsWith('>') ? address.slice(1, -1) : address
}
