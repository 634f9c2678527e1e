import { createHmac, randomFillSync, timingSafeEqual } from 'node:crypto'

/** RFC 4648, section 7, in lower case: safe in headers, file names and on the phone. */
const ALPHABET = '0123456789abcdefghijklmnopqrstuv'

/** Bytes of one reference; the system is asked for those of many at once, since it takes its time. */
const REFERENCE_BYTES = 20
const POOL = Buffer.alloc(REFERENCE_BYTES * 200)
let used = POOL.length

/** A reference nobody can guess: 100 random bits as 20 characters. */
export function newReference(): string {
  if (used === POOL.length) {
    randomFillSync(POOL)
    used = 0
  }
  let text = ''
  for (const byte of POOL.subarray(used, used + REFERENCE_BYTES)) text += ALPHABET[byte & 31]
  used += REFERENCE_BYTES
  return text
}

/** Characters of a code: 80 bits of HMAC-SHA-256. */
const CODE_LENGTH = 16
const FIELD = /^([0-9a-v]{20})-([0-9a-v]{16})$/

/**
 * The value of the reference header: `REFERENCE-CODE`. The code keeps references that somebody made
 * up from ever being looked for.
 */
export class ReferenceCodes {
  readonly #key: Buffer

  /** `key`: 32 bytes that all gateways with one store share. */
  constructor(key: Buffer) {
    this.#key = key
  }

  /** What goes into the header. */
  fieldOf(reference: string): string {
    return `${reference}-${this.#codeOf(reference)}`
  }

  /** The reference of a header value; undefined unless its code is right. */
  referenceIn(value: string): string | undefined {
    const [, reference, code] = FIELD.exec(value.trim()) ?? []
    if (reference === undefined || code === undefined) return undefined
    const isRight = timingSafeEqual(Buffer.from(code), Buffer.from(this.#codeOf(reference)))
    return isRight ? reference : undefined
  }

  #codeOf(reference: string): string {
    const digest = createHmac('sha256', this.#key).update(reference).digest()
    let code = ''
    for (const byte of digest.subarray(0, CODE_LENGTH)) code += ALPHABET[byte & 31]
    return code
  }
}
