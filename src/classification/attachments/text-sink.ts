import { GatewayError } from '../../errors.js'

/** Pieces that are joined to one, so that a million cells are no million strings. */
const PIECES = 4096

/**
 * Takes a text piece by piece.
 *
 * Throws  ERR_CONTAINER_LIMIT from `add` when it gets longer than it may; what came before is kept.
 */
export class TextSink {
  #joined = ''
  #pieces: string[] = []
  #left: number

  constructor(maxChars: number) {
    this.#left = maxChars
  }

  add(text: string): void {
    if (text === '') return
    const taken = text.slice(0, Math.max(0, this.#left))
    this.#left -= text.length
    this.#pieces.push(taken)
    if (this.#pieces.length >= PIECES) this.#join()
    if (this.#left < 0)
      throw new GatewayError('ERR_CONTAINER_LIMIT', { what: 'it has too much text' })
  }

  /** A line end, unless the text is at the start of a line. */
  line(): void {
    const last = this.#pieces.at(-1) ?? this.#joined
    if (last !== '' && !last.endsWith('\n')) this.add('\n')
  }

  toString(): string {
    this.#join()
    return this.#joined
  }

  #join(): void {
    this.#joined += this.#pieces.join('')
    this.#pieces = []
  }
}
