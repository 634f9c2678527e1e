import { GatewayError } from '../../errors.js'
import type { TextSink } from './text-sink.js'
import { readXml, type XmlEvents } from './xml-events.js'

/**
 * Reads the table of strings of a workbook: cells name them by number.
 *
 * Throws  ERR_CONTAINER_LIMIT when they are longer than `maxChars` together.
 */
export async function readSharedStrings(
  pieces: AsyncIterable<Buffer>,
  strings: string[],
  maxChars: number,
): Promise<void> {
  let current: string[] | undefined
  let inText = false
  let isReading = false
  let chars = 0
  await readXml(pieces, {
    open(name) {
      if (name === 'si') current = []
      // How Japanese is pronounced, beside the word itself.
      if (name === 'rPh') isReading = true
      if (name === 't') inText = true
    },
    close(name) {
      if (name === 't') inText = false
      if (name === 'rPh') isReading = false
      if (name !== 'si' || current === undefined) return
      strings.push(current.join(''))
      current = undefined
    },
    text(text) {
      if (!inText || isReading || current === undefined) return
      current.push(text)
      if ((chars += text.length) > maxChars)
        throw new GatewayError('ERR_CONTAINER_LIMIT', { what: 'it has too much text' })
    },
  })
}

/**
 * Writes a sheet as its reader sees it: a line for each row, cells parted by tabs, so that a number
 * stands near the word of its column or row.
 *
 * Source  ECMA-376 part 1, section 18.3.1
 */
export class SheetReader implements XmlEvents {
  readonly #sink: TextSink
  readonly #strings: readonly string[]
  #type = ''
  #isInCell = false
  /** Element whose text counts: `v` of a cell, `t` of a text in the cell itself, a header line. */
  #inside: string | undefined
  #value: string[] = []

  constructor(sink: TextSink, strings: readonly string[]) {
    this.#sink = sink
    this.#strings = strings
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'c') {
      this.#isInCell = true
      this.#type = attributes['t'] ?? ''
      this.#value = []
    } else if (name === 'v' || name === 't') this.#inside = name
    else if (/^(?:odd|even|first)(?:Header|Footer)$/.test(name)) this.#inside = name
  }

  close(name: string): void {
    if (name === 'row') this.#sink.add('\n')
    if (name === 'c') this.#endCell()
    if (name === this.#inside) {
      if (!this.#isInCell) this.#sink.add('\n')
      this.#inside = undefined
    }
  }

  text(text: string): void {
    if (this.#inside === undefined) return
    if (!this.#isInCell) this.#sink.add(text)
    else if (this.#value.length < MAX_PIECES) this.#value.push(text)
  }

  #endCell(): void {
    const value = this.#value.join('')
    this.#isInCell = false
    if (value === '') return
    const shown = this.#type === 's' ? this.#strings[Number(value)] : value
    this.#sink.add(`${shown ?? ''}\t`)
  }
}

/** Excel takes 32,767 characters in a cell. */
const MAX_PIECES = 4096
