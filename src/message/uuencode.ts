import type { TransferDecoder } from './transfer-decoder.js'

/**
 * A streaming reader of uuencoded text: the lines between `begin MODE NAME` and `end`.
 *
 * Text outside the frame is skipped and reported, as is a line that is too short or too long.
 */
export function uudecoder(): TransferDecoder {
  return new UuDecoder()
}

/** A proper line is 61 characters and its break; some writers add a checksum or spaces. */
const MAX_LINE = 200
const LF = 0x0a

class UuDecoder implements TransferDecoder {
  isDamaged = false
  #line = ''
  #place: 'before' | 'data' | 'after' = 'before'

  write(chunk: Buffer): Buffer {
    const out: Buffer[] = []
    for (let at = 0; at < chunk.length;) {
      const lf = chunk.indexOf(LF, at)
      const end = lf < 0 ? chunk.length : lf
      if (this.#line.length <= MAX_LINE) this.#line += chunk.toString('latin1', at, end)
      if (lf < 0) break
      out.push(this.#readLine())
      at = lf + 1
    }
    return Buffer.concat(out)
  }

  end(): Buffer {
    const bytes = this.#line === '' ? NOTHING : this.#readLine()
    if (this.#place !== 'after') this.isDamaged = true
    return bytes
  }

  fork(): TransferDecoder {
    const fork = new UuDecoder()
    fork.isDamaged = this.isDamaged
    fork.#line = this.#line
    fork.#place = this.#place
    return fork
  }

  #readLine(): Buffer {
    const line = this.#line.replace(/\r$/, '')
    this.#line = ''
    if (this.#place !== 'data') {
      if (/^begin [0-7]{3,4} ./.test(line) && this.#place === 'before') this.#place = 'data'
      else if (line.trim() !== '') this.isDamaged = true
      return NOTHING
    }
    if (line === 'end') {
      this.#place = 'after'
      return NOTHING
    }
    return this.#readData(line)
  }

  #readData(line: string): Buffer {
    const length = sextet(line, 0)
    const wanted = Math.ceil(length / 3) * 4
    // Trailing spaces stand for zero bits and are lost on the way: up to a group may lack.
    if (line.length > MAX_LINE || line.length - 1 < wanted - 3) this.isDamaged = true
    if (line.slice(wanted + 2).trim() !== '') this.isDamaged = true
    const bytes = Buffer.alloc(Math.ceil(length / 3) * 3)
    for (let at = 0, from = 1; at < bytes.length; at += 3, from += 4) {
      const bits =
        (sextet(line, from) << 18) |
        (sextet(line, from + 1) << 12) |
        (sextet(line, from + 2) << 6) |
        sextet(line, from + 3)
      bytes.writeUIntBE(bits, at, 3)
    }
    return bytes.subarray(0, length)
  }
}

const NOTHING = Buffer.alloc(0)

/** Space and grave accent both stand for zero. */
function sextet(line: string, at: number): number {
  return at < line.length ? (line.charCodeAt(at) - 32) & 63 : 0
}
