import { MAX_LINE } from './log-line.js'

/** One line of a file, without its line feed. */
export interface SplitLine {
  readonly text: string
  /** Bytes that it takes in the file, the line feed included. */
  readonly bytes: number
}

/** A line of MAX_LINE characters, most of which take one byte. */
const MAX_BYTES = MAX_LINE * 2

const LINE_FEED = 0x0a

/** Cuts bytes as they come into lines; an unfinished line waits for its end. */
export class LineSplitter {
  readonly #maxBytes: number
  #start = Buffer.alloc(0)
  #waitingBytes = 0

  /** `maxBytes` of a line are kept; what is longer is cut there. */
  constructor(maxBytes: number = MAX_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** Bytes of the line that has not ended yet. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  push(chunk: Buffer): readonly SplitLine[] {
    const lines: SplitLine[] = []
    let from = 0
    for (let end; (end = chunk.indexOf(LINE_FEED, from)) >= 0; from = end + 1) {
      this.#add(chunk.subarray(from, end), 1)
      lines.push(this.#take())
    }
    this.#add(chunk.subarray(from), 0)
    return lines
  }

  /** The unfinished line, for a file that gets no more. */
  end(): readonly SplitLine[] {
    return this.#waitingBytes === 0 ? [] : [this.#take()]
  }

  #add(part: Buffer, lineFeed: 0 | 1): void {
    this.#waitingBytes += part.length + lineFeed
    const room = this.#maxBytes - this.#start.length
    if (room > 0 && part.length > 0)
      this.#start = Buffer.concat([this.#start, part.subarray(0, room)])
  }

  #take(): SplitLine {
    const line = { text: this.#start.toString('utf8'), bytes: this.#waitingBytes }
    this.#start = Buffer.alloc(0)
    this.#waitingBytes = 0
    return line
  }
}
