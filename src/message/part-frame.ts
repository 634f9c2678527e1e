import type { HeaderField, Part } from './mail.js'
import type { Range } from './source.js'
import type { PartHeader } from './part-header.js'

const NO_FIELDS: readonly HeaderField[] = Object.freeze([])

type Growing<T> = { -readonly [K in keyof T]: T[K] }

/** A part while its end is not known; `close` freezes it. */
export class PartFrame {
  readonly part: Growing<Part>
  readonly depth: number
  readonly #children: Part[] = []
  /** Where the text after the end boundary starts; undefined while the multipart goes on. */
  epilogueStart: number | undefined

  constructor(parent: PartFrame | undefined, at: number) {
    this.depth = parent === undefined ? 1 : parent.depth + 1
    const path = parent === undefined ? '1' : `${parent.part.path}.${parent.childCount + 1}`
    this.part = {
      path,
      parent: parent?.part,
      children: this.#children,
      type: 'text/plain',
      params: new Map(),
      disposition: undefined,
      fileName: undefined,
      encoding: '7bit',
      charset: undefined,
      fields: NO_FIELDS,
      header: { start: at, end: at },
      body: { start: at, end: at },
      preamble: undefined,
      epilogue: undefined,
    }
    if (parent !== undefined) parent.#children.push(this.part)
  }

  get childCount(): number {
    return this.#children.length
  }

  setHeader(end: number, fields: readonly HeaderField[], header: PartHeader): void {
    const { part } = this
    part.header = { start: part.header.start, end }
    part.body = { start: end, end }
    part.fields = fields
    part.type = header.type
    part.params = header.params
    part.disposition = header.disposition
    part.fileName = header.fileName
    part.encoding = header.encoding
    part.charset = header.charset
  }

  /** The first boundary was met: what stands before it is readable content. */
  endPreamble(end: number): void {
    const { start } = this.part.body
    if (end > start) this.part.preamble = Object.freeze({ start, end })
  }

  close(end: number): void {
    const { part } = this
    part.body = { start: part.body.start, end }
    const start = this.epilogueStart
    if (start !== undefined && end > start) part.epilogue = Object.freeze({ start, end })
    freezeRange(part.header)
    freezeRange(part.body)
    Object.freeze(this.#children)
    Object.freeze(part)
  }
}

function freezeRange(range: Range): void {
  Object.freeze(range)
}
