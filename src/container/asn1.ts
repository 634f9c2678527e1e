import { GatewayError } from '../errors.js'
import type { ByteReader } from './byte-reader.js'

/** Levels of constructed values. CMS needs about ten. */
const DEPTH_LIMIT = 32

/** Elements of one walk. A 100 MB message in octet strings of 1 KB has 100,000. */
const ELEMENT_LIMIT = 120_000

/** Longest tag and longest length of an element, in bytes. */
const HEAD_LIMIT = 6 + 9

/** Tags that a walk asks for: class in the upper bits, number below (X.690, 8.1.2). */
export const TAG = {
  integer: 0x02,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x10,
  set: 0x11,
  /** Context-specific tags, such as `[0]`. */
  context: (number: number): number => 0x80 | number,
} as const

/** Head of a value; its content lies at the reader's position. */
export interface Asn1Element {
  /** Class and number, without the bit for constructed values. */
  readonly tag: number
  readonly isConstructed: boolean
  /** Undefined: indefinite length, ends with an end-of-contents marker. */
  readonly length: number | undefined
}

/**
 * The elements of one constructed value in turn, of BER as of DER: indefinite lengths and strings
 * in pieces included. What lies in an element has to be taken before the next one is asked for.
 *
 * Throws  ERR_CONTAINER_TRUNCATED, ERR_CONTAINER_MALFORMED
 * Source  ITU-T X.690, section 8
 */
export class Asn1Scope {
  readonly #reader: ByteReader
  /** Position at which the value ends; Infinity at the outermost level. */
  readonly #end: number
  readonly #isIndefinite: boolean
  readonly #depth: number
  readonly #count: ElementCount
  #isOver = false

  private constructor(
    reader: ByteReader,
    place: { end: number; isIndefinite: boolean; depth: number; count: ElementCount },
  ) {
    this.#reader = reader
    this.#end = place.end
    this.#isIndefinite = place.isIndefinite
    this.#depth = place.depth
    this.#count = place.count
  }

  /** The outermost level of a stream. */
  static of(reader: ByteReader, elementLimit = ELEMENT_LIMIT): Asn1Scope {
    const count = { left: elementLimit }
    return new Asn1Scope(reader, { end: Infinity, isIndefinite: false, depth: 0, count })
  }

  /** The next element, undefined at the end of the value. */
  async next(): Promise<Asn1Element | undefined> {
    if (this.#isOver) return undefined
    if (this.#reader.position > this.#end) throw malformed('a value is longer than what holds it')
    if (this.#reader.position === this.#end) {
      if (this.#isIndefinite) throw malformed('an end marker is missing')
      return this.#finish()
    }
    if (this.#end === Infinity && !this.#isIndefinite && (await this.#reader.atEnd()))
      return this.#finish()
    this.#count.left -= 1
    if (this.#count.left < 0) throw malformed('too many elements')
    const element = await readHead(this.#reader)
    if (this.#isIndefinite && element.tag === 0) {
      if (element.length !== 0 || element.isConstructed) throw malformed('a bad end marker')
      return this.#finish()
    }
    if (this.#reader.position + (element.length ?? 0) > this.#end)
      throw malformed('a value is longer than what holds it')
    return element
  }

  /** The next element, which must be there and have that tag. */
  async expect(tag: number): Promise<Asn1Element> {
    const element = await this.next()
    if (element?.tag !== tag) throw malformed(`tag ${tag} is missing`)
    return element
  }

  enter(element: Asn1Element): Asn1Scope {
    if (!element.isConstructed) throw malformed('a value should be constructed')
    if (this.#depth >= DEPTH_LIMIT) throw malformed('nested too deep')
    const isIndefinite = element.length === undefined
    const end = isIndefinite ? this.#end : this.#reader.position + (element.length ?? 0)
    return new Asn1Scope(this.#reader, {
      end,
      isIndefinite,
      depth: this.#depth + 1,
      count: this.#count,
    })
  }

  async skip(element: Asn1Element): Promise<void> {
    if (element.length !== undefined) await this.#reader.skip(element.length)
    else await this.enter(element).finish()
  }

  /** Skips what is left of the value. */
  async finish(): Promise<void> {
    for (;;) {
      const element = await this.next()
      if (element === undefined) return
      await this.skip(element)
    }
  }

  /** Content of a primitive value of at most 64 KiB. */
  async value({ isConstructed, length }: Asn1Element): Promise<Buffer> {
    if (isConstructed || length === undefined) throw malformed('a value should be primitive')
    return this.#reader.read(length)
  }

  /** Content of an OCTET STRING, be it in one piece or in many. */
  async *octets(element: Asn1Element): AsyncGenerator<Buffer, void, void> {
    if (!element.isConstructed) {
      yield* this.#reader.stream(element.length)
      return
    }
    const pieces = this.enter(element)
    for (;;) {
      const piece = await pieces.next()
      if (piece === undefined) return
      if (piece.tag !== TAG.octetString) throw malformed('a string is made of something else')
      yield* pieces.octets(piece)
    }
  }

  #finish(): undefined {
    this.#isOver = true
    return undefined
  }
}

/** Elements that one walk may still meet, shared by all its scopes. */
interface ElementCount {
  left: number
}

/** Takes tag and length of the next element off the stream. */
async function readHead(reader: ByteReader): Promise<Asn1Element> {
  const bytes = await reader.lookahead(HEAD_LIMIT)
  let at = 0
  const next = (): number => {
    const byte = bytes[at++]
    if (byte === undefined) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    return byte
  }
  const first = next()
  if ((first & 0x1f) === 0x1f) {
    // Numbers above 30 do not occur in CMS: only the length of such an element matters.
    while (next() & 0x80) if (at > 5) throw malformed('a tag is too long')
  }
  const length = lengthFrom(next)
  const isConstructed = (first & 0x20) !== 0
  if (length === undefined && !isConstructed) throw malformed('a primitive value without a length')
  await reader.skip(at)
  return { tag: first & 0xdf, isConstructed, length }
}

function lengthFrom(next: () => number): number | undefined {
  const first = next()
  if (first < 0x80) return first
  if (first === 0x80) return undefined
  const size = first & 0x7f
  if (size > 8) throw malformed('a length is too long')
  let length = 0
  for (let index = 0; index < size; index += 1) length = length * 256 + next()
  if (!Number.isSafeInteger(length)) throw malformed('a length is too large')
  return length
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
