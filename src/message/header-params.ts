import { decodeText } from './charset.js'
import { decodeHeaderText } from './encoded-word.js'
import { utf8OrLatin1 } from './header-fields.js'

/** A structured header value such as Content-Type: one main value and parameters. */
export interface ParameterisedValue {
  /** Main value in lower case, comments removed: `multipart/mixed`, `attachment`. */
  readonly value: string
  /** Decoded parameters (RFC 2231; encoded-words too, as mailers write them), names in lower case. */
  readonly params: ReadonlyMap<string, string>
  /** Parameters before decoding, latin1, of those that are written plainly as `name=value`. */
  readonly plain: ReadonlyMap<string, string>
  readonly hasDuplicates: boolean
  readonly isMalformed: boolean
}

/**
 * Reads the raw value (latin1) of Content-Type, Content-Disposition and their like.
 *
 * Never fails: what does not follow the grammar is read the way most mailers do and flagged.
 * Source  RFC 2045 section 5.1, RFC 2231 sections 3 and 4
 */
export function parseHeaderParams(raw: string): ParameterisedValue {
  const scan = new ValueScanner(raw)
  const value = scan.mainValue()
  const plain = new Map<string, string>()
  const extended = new Map<string, Extended>()
  let hasDuplicates = false
  for (let param = scan.nextParam(); param !== undefined; param = scan.nextParam()) {
    const parts = EXTENDED_NAME.exec(param.name)
    if (parts === null) {
      const earlier = plain.get(param.name)
      if (earlier === undefined) plain.set(param.name, param.value)
      else hasDuplicates ||= earlier !== param.value
      continue
    }
    const [, base = '', index, star] = parts
    const segments = extended.get(base) ?? new Map<number, Segment>()
    const segment = { value: param.value, isEncoded: star !== undefined || index === undefined }
    const at = index === undefined ? 0 : Number(index)
    const earlier = segments.get(at)
    if (earlier === undefined) segments.set(at, segment)
    else hasDuplicates ||= earlier.value !== segment.value
    extended.set(base, segments)
  }
  const params = new Map<string, string>()
  for (const [name, text] of plain) params.set(name, decodeHeaderText(utf8OrLatin1(text)))
  for (const [name, segments] of extended) params.set(name, joinSegments(segments))
  return { value, params, plain, hasDuplicates, isMalformed: scan.isMalformed }
}

interface Segment {
  readonly value: string
  readonly isEncoded: boolean
}
type Extended = Map<number, Segment>

/** `name*`, `name*0`, `name*0*`; three digits are more segments than any mailer writes. */
const EXTENDED_NAME = /^([^*]+)\*(?:(\d{1,3})(\*)?)?$/

/** Bytes of RFC 2231 values are joined before they are decoded: a character may be split. */
function joinSegments(segments: Extended): string {
  const bytes: Buffer[] = []
  let charset: string | undefined
  for (let at = 0; ; at++) {
    const segment = segments.get(at)
    if (segment === undefined) break
    let { value } = segment
    if (at === 0 && segment.isEncoded) {
      const head = /^([^']*)'[^']*'/.exec(value)
      charset = head?.[1]
      value = value.slice(head?.[0].length ?? 0)
    }
    bytes.push(Buffer.from(segment.isEncoded ? unescapePercent(value) : value, 'latin1'))
  }
  return decodeText(Buffer.concat(bytes), charset).text
}

function unescapePercent(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** Walks over one header value; every step moves forward, so the walk is linear. */
class ValueScanner {
  readonly #text: string
  #at = 0
  isMalformed = false

  constructor(text: string) {
    this.#text = text
  }

  mainValue(): string {
    this.#skipSpaceAndComments()
    const start = this.#at
    while (this.#at < this.#text.length && !/[;\s(]/.test(this.#char())) this.#at++
    const value = this.#text.slice(start, this.#at).toLowerCase()
    this.#toSemicolon()
    return value
  }

  /** The next `name=value` after a semicolon, or undefined at the end. */
  nextParam(): { name: string; value: string } | undefined {
    while (this.#at < this.#text.length) {
      this.#at++
      this.#skipSpaceAndComments()
      if (this.#at >= this.#text.length) return undefined
      const start = this.#at
      while (this.#at < this.#text.length && !/[=;]/.test(this.#char())) this.#at++
      const name = this.#text.slice(start, this.#at).trim().toLowerCase()
      if (this.#char() !== '=' || name === '') {
        this.isMalformed ||= name !== '' || this.#char() === '='
        if (this.#char() === '=') this.#toSemicolon()
        continue
      }
      this.#at++
      this.#skipSpaceAndComments()
      const value = this.#char() === '"' ? this.#quoted() : this.#bare()
      this.#toSemicolon()
      return { name, value }
    }
    return undefined
  }

  #char(): string {
    return this.#text.charAt(this.#at)
  }

  #quoted(): string {
    let value = ''
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const char = this.#char()
      if (char === '"') {
        this.#at++
        return value
      }
      // A fold inside quotes is not part of the value.
      if (char === '\r' || char === '\n') continue
      if (char === '\\' && this.#at + 1 < this.#text.length) this.#at++
      value += this.#char()
    }
    this.isMalformed = true
    return value
  }

  /** Unquoted value. File names with spaces are common, so it ends at a semicolon or comment. */
  #bare(): string {
    const start = this.#at
    while (this.#at < this.#text.length && !/[;(]/.test(this.#char())) this.#at++
    const value = this.#text
      .slice(start, this.#at)
      .replace(/[\r\n]+/g, '')
      .trim()
    this.isMalformed ||= /[\s"<>@,\\]/.test(value)
    return value
  }

  #toSemicolon(): void {
    this.#skipSpaceAndComments()
    this.isMalformed ||= this.#at < this.#text.length && this.#char() !== ';'
    while (this.#at < this.#text.length && this.#char() !== ';') this.#at++
  }

  #skipSpaceAndComments(): void {
    let depth = 0
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#char()
      if (char === '(') depth++
      else if (char === ')' && depth > 0) depth--
      else if (char === '\\' && depth > 0) this.#at++
      else if (depth === 0 && !/\s/.test(char)) return
    }
    this.isMalformed ||= depth > 0
  }
}
