import type { TransferDecoder } from './transfer-decoder.js'

/**
 * A streaming reader of quoted-printable.
 *
 * White space at the end of a line is transport padding and goes (RFC 2045 section 6.7, rule 3).
 * A broken escape stays as it stands and is reported.
 */
export function quotedPrintableDecoder(): TransferDecoder {
  return new QuotedPrintableDecoder()
}

/** The Q form of an encoded-word (RFC 2047 section 4.2): `_` is a space. */
export function decodeQ(text: string): Buffer {
  const decoder = new QuotedPrintableDecoder()
  const bytes = Buffer.from(text.replaceAll('_', '=20'), 'latin1')
  return Buffer.concat([decoder.write(bytes), decoder.end()])
}

const NOTHING = Buffer.alloc(0)
const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const EQUALS = 0x3d

/** Longest run of white space held back to see whether a line ends after it. */
const MAX_HELD = 1000

class QuotedPrintableDecoder implements TransferDecoder {
  isDamaged = false
  /** Input not yet decided on: white space, or `=` and what follows it. */
  #held: number[] = []
  #out = NOTHING
  #size = 0

  write(chunk: Buffer): Buffer {
    const out = Buffer.allocUnsafe(chunk.length + this.#held.length)
    this.#out = out
    this.#size = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (this.#held.length > 0) this.#continue(byte)
      else if (byte === EQUALS) {
        const high = hexValue(chunk[at + 1])
        const low = hexValue(chunk[at + 2])
        if (high >= 0 && low >= 0) {
          out[this.#size++] = high * 16 + low
          at += 2
        } else this.#held.push(byte)
      } else if ((byte === SPACE || byte === TAB) && !((chunk[at + 1] ?? 0) > SPACE)) {
        this.#held.push(byte)
      } else out[this.#size++] = byte
    }
    this.#out = NOTHING
    return out.subarray(0, this.#size)
  }

  end(): Buffer {
    const held = this.#held
    this.#held = []
    // A lone `=` at the very end is a soft break whose line break belongs to the boundary.
    if (held[0] !== EQUALS) return NOTHING
    if (held.slice(1).every(isSpace)) return NOTHING
    this.isDamaged = true
    return Buffer.from(held)
  }

  fork(): TransferDecoder {
    const fork = new QuotedPrintableDecoder()
    fork.isDamaged = this.isDamaged
    fork.#held = [...this.#held]
    return fork
  }

  #put(byte: number): void {
    this.#out[this.#size++] = byte
  }

  #continue(byte: number): void {
    const held = this.#held
    if (held[0] !== EQUALS) {
      this.#afterSpace(byte)
      return
    }
    const [, second] = held
    if (second === undefined || isSpace(second)) {
      if (byte === LF) this.#held = []
      else if (byte === CR || isSpace(byte)) held.push(byte)
      else if (second === undefined && hexValue(byte) >= 0) held.push(byte)
      else this.#giveBack(byte)
      if (this.#held.length > MAX_HELD) this.#giveBack(undefined)
      return
    }
    const low = hexValue(byte)
    if (low < 0) {
      this.#giveBack(byte)
      return
    }
    this.#put(hexValue(second) * 16 + low)
    this.#held = []
  }

  #afterSpace(byte: number): void {
    const held = this.#held
    if (isSpace(byte) && held.length < MAX_HELD) {
      held.push(byte)
      return
    }
    if (byte === LF) {
      this.#held = []
      if (held.at(-1) === CR) this.#put(CR)
      this.#put(LF)
      return
    }
    for (const space of held) this.#put(space)
    this.#held = []
    if (byte === EQUALS) this.#held.push(byte)
    else this.#put(byte)
  }

  /** A broken escape: out it goes as it came, and `byte` is looked at anew. */
  #giveBack(byte: number | undefined): void {
    this.isDamaged = true
    for (const one of this.#held) this.#put(one)
    this.#held = []
    if (byte === EQUALS || byte === SPACE || byte === TAB) this.#held.push(byte)
    else if (byte !== undefined) this.#put(byte)
  }
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CR
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1
}
