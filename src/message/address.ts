import { fieldsNamed } from './header-fields.js'
import { decodeHeaderText } from './encoded-word.js'
import type { Part } from './mail.js'

/** One mailbox of an address list. */
export interface MailAddress {
  /** As written, without comments and white space; a quoted local part keeps its quotes. */
  readonly address: string
  /** Display name, decoded; empty when there is none. */
  readonly name: string
}

/** Addresses of all fields of a name (`to`, `cc`, `from`), groups taken apart, in order. */
export function headerAddresses(part: Pick<Part, 'fields'>, name: string): readonly string[] {
  return fieldsNamed(part, name)
    .flatMap(field => parseAddressList(field.value))
    .map(({ address }) => address)
}

/**
 * Reads the address list of From, To, Cc and their like.
 *
 * Groups give their members, source routes are dropped, domains stay as written (no IDN
 * conversion). What can be no address, such as two words, is left out.
 * Source  RFC 5322 sections 3.4 and 4.4, RFC 6532 section 3.2
 */
export function parseAddressList(value: string): readonly MailAddress[] {
  const found: MailAddress[] = []
  let mailbox: Token[] = []
  const finish = (): void => {
    const address = readMailbox(mailbox)
    if (address !== undefined) found.push(address)
    mailbox = []
  }
  let isInAngle = false
  for (const token of tokens(value)) {
    if (token.kind === 'special' && token.text === '<') isInAngle = true
    if (token.kind === 'special' && token.text === '>') isInAngle = false
    const isSeparator = token.kind === 'special' && /[,;]/.test(token.text)
    if (isSeparator && !isInAngle) finish()
    // A colon outside angle brackets ends the name of a group.
    else if (token.kind === 'special' && token.text === ':' && !isInAngle) mailbox = []
    else mailbox.push(token)
  }
  finish()
  return found
}

interface Token {
  readonly kind: 'word' | 'quoted' | 'space' | 'special'
  readonly text: string
}

function* tokens(value: string): Generator<Token, void, undefined> {
  let hasQuotes = true
  for (let at = 0; at < value.length;) {
    const char = value.charAt(at)
    let end = at + 1
    if (char === '(') {
      end = endOfComment(value, at)
      yield { kind: 'space', text: ' ' }
    } else if (char === '"') {
      const stop = hasQuotes ? endOfQuote(value, at, '"') : undefined
      // A quote that is never closed is passed over, and no later one is looked at as one.
      if (stop === undefined) hasQuotes = false
      else {
        end = stop
        yield { kind: 'quoted', text: value.slice(at, end) }
      }
    } else if (char === '[') {
      end = endOfQuote(value, at, ']') ?? value.length
      yield { kind: 'word', text: value.slice(at, end) }
    } else if (/\s/.test(char)) {
      while (end < value.length && /\s/.test(value.charAt(end))) end++
      yield { kind: 'space', text: ' ' }
    } else if (/[<>@,;:]/.test(char)) {
      yield { kind: 'special', text: char }
    } else {
      while (end < value.length && /[^\s<>@,;:()"[]/.test(value.charAt(end))) end++
      yield { kind: 'word', text: value.slice(at, end) }
    }
    at = end
  }
}

function endOfComment(value: string, from: number): number {
  let depth = 0
  for (let at = from; at < value.length; at++) {
    const char = value.charAt(at)
    if (char === '\\') at++
    else if (char === '(') depth++
    else if (char === ')' && --depth === 0) return at + 1
  }
  return value.length
}

function endOfQuote(value: string, from: number, close: string): number | undefined {
  for (let at = from + 1; at < value.length; at++) {
    if (value.charAt(at) === '\\') at++
    else if (value.charAt(at) === close) return at + 1
  }
  return undefined
}

function readMailbox(mailbox: readonly Token[]): MailAddress | undefined {
  const open = mailbox.findLastIndex(({ kind, text }) => kind === 'special' && text === '<')
  if (open < 0) {
    const address = joinAddress(mailbox)
    return address === '' ? undefined : { address, name: '' }
  }
  const rest = mailbox.slice(open + 1)
  const close = rest.findIndex(({ kind, text }) => kind === 'special' && text === '>')
  const inside = close < 0 ? rest : rest.slice(0, close)
  const route = inside.findLastIndex(({ kind, text }) => kind === 'special' && text === ':')
  const address = joinAddress(inside.slice(route + 1))
  return address === '' ? undefined : { address, name: displayName(mailbox.slice(0, open)) }
}

/** White space may stand around dots and the at sign (RFC 5322 section 4.4), else it separates. */
function joinAddress(parts: readonly Token[]): string {
  const text = parts.map(({ kind, text }) => (kind === 'quoted' ? hideSpace(text) : text)).join('')
  const pieces = text
    .replace(/\s*([.@])\s*/g, '$1')
    .trim()
    .split(/\s+/)
  const address = pieces.length === 1 ? pieces[0] : pieces.find(piece => piece.includes('@'))
  return (address ?? '').replaceAll(HIDDEN_SPACE, ' ')
}

/** A space inside a quoted local part is part of it. */
const HIDDEN_SPACE = '\0'

function hideSpace(text: string): string {
  return text.replace(/[ \t]/g, HIDDEN_SPACE)
}

function displayName(parts: readonly Token[]): string {
  const text = parts.map(({ kind, text }) => (kind === 'quoted' ? unquote(text) : text)).join('')
  return decodeHeaderText(text.replace(/\s+/g, ' ').trim())
}

function unquote(text: string): string {
  return text.replace(/^"|"$/g, '').replace(/\\(.)/gs, '$1')
}
