import { GatewayError } from '../errors.js'

/** `/Name`. A class, so that it is told from a string. */
export class PdfName {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** `12 0 R` */
export class PdfReference {
  readonly number: number
  readonly generation: number

  constructor(number: number, generation: number) {
    this.number = number
    this.generation = generation
  }
}

export type PdfDictionary = ReadonlyMap<string, PdfValue>

/** Strings are the bytes that they stand for. */
export type PdfValue =
  null | boolean | number | Buffer | PdfName | PdfReference | PdfDictionary | readonly PdfValue[]

/** Arrays and dictionaries inside each other. */
const DEPTH_LIMIT = 64

/** Values of one object. */
const VALUE_LIMIT = 200_000

/** Longest string, name, number or word. */
const WORD_LIMIT = 1024 * 1024

/** What each byte is: 1 white space, 2 delimiter, 0 any other. */
const KINDS = new Uint8Array(256)
for (const byte of [0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]) KINDS[byte] = 1
for (const byte of Buffer.from('()<>[]{}/%')) KINDS[byte] = 2

/**
 * Reads the values of a PDF file one after the other from any place in it.
 *
 * Throws  ERR_CONTAINER_TRUNCATED, ERR_CONTAINER_MALFORMED
 * Source  ISO 32000-2, 7.2 and 7.3
 */
export class PdfParser {
  readonly #bytes: Buffer
  #at: number
  #values = 0

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  /** Where the next value or word starts, or would. */
  get at(): number {
    return this.#at
  }

  /** Any value; a reference is one value. */
  value(depth = 0): PdfValue {
    this.skipBlank()
    this.#values += 1
    if (depth > DEPTH_LIMIT || this.#values > VALUE_LIMIT) throw malformed('it is nested too deep')
    switch (this.#char()) {
      case '/':
        return this.#name()
      case '(':
        return this.#literal()
      case '[':
        return this.#array(depth)
      case '<':
        return this.#bytes[this.#at + 1] === 0x3c ? this.#dictionary(depth) : this.#hexadecimal()
      default:
        return this.#word()
    }
  }

  /** The next regular characters, such as `obj`, `stream`, `xref`. */
  word(): string {
    this.skipBlank()
    return this.#regular()
  }

  #regular(): string {
    const start = this.#at
    while (this.#at < this.#bytes.length && !isSpecial(this.#bytes[this.#at] ?? 0)) this.#at += 1
    if (this.#at - start > WORD_LIMIT) throw malformed('a word is too long')
    return this.#bytes.toString('latin1', start, this.#at)
  }

  /** Whether the next word is this one; takes it if so. */
  takes(word: string): boolean {
    const start = this.#at
    if (this.word() === word) return true
    this.#at = start
    return false
  }

  /** White space and comments. */
  skipBlank(): void {
    for (;;) {
      while (this.#at < this.#bytes.length && KINDS[this.#bytes[this.#at] ?? 0] === 1) this.#at += 1
      if (this.#bytes[this.#at] !== 0x25) return
      while (this.#at < this.#bytes.length && !isLineEnd(this.#bytes[this.#at] ?? 0)) this.#at += 1
    }
  }

  #char(): string {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    return String.fromCharCode(byte)
  }

  #word(): PdfValue {
    const word = this.word()
    if (word === 'true') return true
    if (word === 'false') return false
    if (word === 'null') return null
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(word)) throw malformed('a value is expected')
    const number = Number(word)
    return /^\d{1,9}$/.test(word) ? (this.#reference(number) ?? number) : number
  }

  /** `12 0 R` where the first number was taken; nothing is taken when it is something else. */
  #reference(number: number): PdfReference | undefined {
    const start = this.#at
    const generation = this.word()
    if (/^\d{1,5}$/.test(generation) && this.word() === 'R')
      return new PdfReference(number, Number(generation))
    this.#at = start
    return undefined
  }

  #name(): PdfName {
    this.#at += 1
    const raw = this.#regular()
    return new PdfName(
      raw.replace(/#([0-9a-fA-F]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    )
  }

  #array(depth: number): readonly PdfValue[] {
    this.#at += 1
    const values: PdfValue[] = []
    for (;;) {
      this.skipBlank()
      if (this.#char() === ']') break
      values.push(this.value(depth + 1))
    }
    this.#at += 1
    return values
  }

  #dictionary(depth: number): PdfDictionary {
    this.#at += 2
    const entries = new Map<string, PdfValue>()
    for (;;) {
      this.skipBlank()
      if (this.#char() === '>') break
      const key = this.value(depth + 1)
      if (!(key instanceof PdfName)) throw malformed('a key is no name')
      const value = this.value(depth + 1)
      // Which of two readers take differs.
      if (entries.has(key.name)) throw malformed('a key stands twice')
      entries.set(key.name, value)
    }
    if (this.#bytes[this.#at + 1] !== 0x3e) throw malformed('a dictionary has no end')
    this.#at += 2
    return entries
  }

  #hexadecimal(): Buffer {
    const end = this.#bytes.indexOf('>', this.#at)
    if (end < 0) {
      this.#at = this.#bytes.length
      throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    }
    const digits = this.#bytes.toString('latin1', this.#at + 1, end).replace(/[\0\t\n\f\r ]+/g, '')
    if (/[^0-9a-fA-F]/.test(digits)) throw malformed('a string has other digits')
    this.#at = end + 1
    return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex')
  }

  #literal(): Buffer {
    const start = this.#at + 1
    const end = this.#literalEnd(start)
    const raw = this.#bytes.subarray(start, end)
    this.#at = end + 1
    if (!raw.includes(0x5c) && !raw.includes(0x0d)) return Buffer.from(raw)
    const inside = new PdfParser(raw)
    return inside.#unescaped()
  }

  /** Where the parenthesis stands that closes a string. */
  #literalEnd(start: number): number {
    const stop = Math.min(this.#bytes.length, start + WORD_LIMIT)
    for (let at = start, open = 1; at < stop; at += 1) {
      const byte = this.#bytes[at]
      if (byte === 0x5c) at += 1
      else if (byte === 0x28) open += 1
      else if (byte === 0x29) open -= 1
      if (open === 0) return at
    }
    this.#at = stop
    throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  }

  /** All of the bytes, with escapes undone; a line break of any kind is a line feed (7.3.4.2). */
  #unescaped(): Buffer {
    const bytes: number[] = []
    while (this.#at < this.#bytes.length) {
      const byte = this.#bytes[this.#at] ?? 0
      this.#at += 1
      if (byte === 0x5c) this.#escape(bytes)
      else if (byte !== 0x0d) bytes.push(byte)
      else if (this.#bytes[this.#at] !== 0x0a) bytes.push(0x0a)
    }
    return Buffer.from(bytes)
  }

  /** What stands behind a backslash in a string. */
  #escape(bytes: number[]): void {
    const [octal] = /^[0-7]{1,3}/.exec(this.#bytes.toString('latin1', this.#at, this.#at + 3)) ?? []
    if (octal !== undefined) {
      this.#at += octal.length
      bytes.push(Number.parseInt(octal, 8) & 0xff)
      return
    }
    if (this.#at >= this.#bytes.length) return
    const char = this.#char()
    this.#at += 1
    if (char === '\r' && this.#bytes[this.#at] === 0x0a) this.#at += 1
    if (char === '\r' || char === '\n') return
    bytes.push((ESCAPES[char] ?? char).charCodeAt(0))
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
}

export function isDictionary(value: PdfValue | undefined): value is PdfDictionary {
  return value instanceof Map
}

/** The text of a name, undefined for any other value. */
export function nameOf(value: PdfValue | undefined): string | undefined {
  return value instanceof PdfName ? value.name : undefined
}

function isSpecial(byte: number): boolean {
  return KINDS[byte] !== 0
}

function isLineEnd(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
