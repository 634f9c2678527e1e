import { setImmediate as nextTurn } from 'node:timers/promises'
import { malformed, MAX_HEADER, readHeader, TAG_BYTES } from '../container/header.js'
import type { SealedContainer } from '../container/open-payload.js'
import { CHUNK_BYTES, ELEMENTS } from './letter-file.js'
import { DATA_MARK, END_MARK } from './page.js'

/** A letter as it lies in a file, not opened. */
export interface LetterFile extends SealedContainer {
  /** The page around it, LF line ends: what stands before and behind what the letter holds. */
  readonly before: string
  readonly after: string
  /** The style as JSON. */
  readonly style: string
}

/** Bytes of the page before and behind what a letter holds, and of its style, at most. */
const MAX_PAGE = 512 * 1024
const MAX_STYLE = 200_000
/** Characters of one element with ciphertext, line ends included. */
const MAX_CHUNK = CHUNK_BYTES * 2

/** Whether a file says in its first 256 bytes that it is a letter. */
export function saysLetter(front: Buffer): boolean {
  return front.subarray(0, 256).includes('<!--postseal letter 1-->')
}

/**
 * Takes a letter out of its file, by structure: header, style, ciphertext and code, in this order,
 * and nothing else between them. Line ends may be LF or CRLF.
 *
 * Throws  ERR_SEAL_MALFORMED
 */
export async function readLetterFile(file: Buffer, signal: AbortSignal): Promise<LetterFile> {
  const start = file.indexOf(DATA_MARK)
  const end = file.lastIndexOf(END_MARK)
  if (!saysLetter(file) || start < 0 || end < start) malformed('it has not the form of a letter')
  if (start > MAX_PAGE || file.length - end > MAX_PAGE) malformed('its page is too large')
  const elements = new Elements(file.subarray(start + DATA_MARK.length, end))
  const headerText = elements.read('header', MAX_HEADER + 4)
  const header = readHeader(headerText)
  // Before anything is made that is as large: a short file must not say that it is a long one.
  if (header.length > file.length) malformed('it is not as long as its header says')
  const style = elements.read('style', MAX_STYLE)
  const ciphertext = Buffer.alloc(header.length)
  let filled = 0
  while (filled < header.length) {
    const piece = fromBase64(elements.read('data', MAX_CHUNK))
    if (piece.length === 0 || piece.length > header.length - filled)
      malformed('it is not as long as its header says')
    piece.copy(ciphertext, filled)
    filled += piece.length
    signal.throwIfAborted()
    await nextTurn()
  }
  const tag = fromBase64(elements.read('tag', 64))
  if (tag.length !== TAG_BYTES) malformed('its code is not complete')
  elements.end()
  const text = (from: number, to: number): string =>
    file.toString('latin1', from, to).replaceAll('\r\n', '\n')
  return {
    header,
    ciphertext,
    tag,
    style,
    before: text(0, start + DATA_MARK.length),
    after: text(end, file.length),
  }
}

/** Reads the elements between both marks in turn. */
class Elements {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Text of the next element, which has to be of this kind. */
  read(kind: keyof typeof ELEMENTS, limit: number): string {
    const opening = `<script ${ELEMENTS[kind]}>`
    const from = this.#skipSpace()
    if (this.#bytes.toString('latin1', from, from + opening.length) !== opening)
      malformed(`its ${kind} is not where it should be`)
    const start = from + opening.length
    const window = this.#bytes.subarray(start, start + limit + CLOSING.length)
    const length = window.indexOf(CLOSING)
    if (length < 0) malformed(`its ${kind} has no end`)
    this.#at = start + length + CLOSING.length
    return window.toString('latin1', 0, length).trim()
  }

  end(): void {
    if (this.#skipSpace() !== this.#bytes.length) malformed('something stands behind its code')
  }

  #skipSpace(): number {
    while (SPACE.has(this.#bytes[this.#at] ?? -1)) this.#at += 1
    return this.#at
  }
}

const CLOSING = '</script>'
const SPACE = new Set([0x20, 0x0a, 0x0d, 0x09])

/** Strict but for line ends: no other character, padding only where it must be, no spare bits. */
function fromBase64(text: string): Buffer {
  const digits = text.replace(/\r?\n/g, '')
  const bytes = Buffer.from(digits, 'base64')
  if (bytes.toString('base64') !== digits) malformed('its ciphertext is not base64')
  return bytes
}
