import { GatewayError } from '../errors.js'
import type { Budget } from './budget.js'
import { decodeStream } from './pdf-filter.js'
import { objectBehind, passOver } from './pdf-scan.js'
import { isDictionary, nameOf, PdfParser, type PdfDictionary } from './pdf-syntax.js'
import { Turns } from './turns.js'

/** Where an object is: at an offset, or inside an object stream, where its generation is 0. */
export type PdfEntry =
  | { readonly offset: number; readonly generation: number }
  | { readonly stream: number; readonly index: number }

/** One cross-reference section with its trailer. */
export interface PdfSection {
  readonly trailer: PdfDictionary
  readonly entries: ReadonlyMap<number, PdfEntry>
  /** Whether its stream cannot be read: some readers go on with what they got of it. */
  readonly isDamaged: boolean
}

const ENTRY_LIMIT = 1_000_000

/** Bytes of one cross-reference stream: a million entries of 8 bytes. */
const STREAM_LIMIT = 8 * 1024 * 1024

/**
 * Reads the cross-reference section at `at`, a table or a stream.
 *
 * Throws  ERR_CONTAINER_TRUNCATED, ERR_CONTAINER_MALFORMED, ERR_CONTAINER_LIMIT
 * Source  ISO 32000-2, 7.5.4, 7.5.5 and 7.5.8
 */
export async function readSection(bytes: Buffer, at: number, budget: Budget): Promise<PdfSection> {
  const parser = new PdfParser(bytes, at)
  if (parser.takes('xref')) return readTable(parser)
  return readCrossReferenceStream(bytes, parser, budget)
}

async function readTable(parser: PdfParser): Promise<PdfSection> {
  const turns = new Turns()
  const entries = new Map<number, PdfEntry>()
  while (!parser.takes('trailer')) {
    const first = numberFrom(parser)
    const count = numberFrom(parser)
    if (first + count > 10_000_000) throw malformed('a table is too long')
    for (let index = 0; index < count; index += 1) {
      const turn = turns.step()
      if (turn !== undefined) await turn
      const offset = numberFrom(parser)
      const generation = numberFrom(parser)
      const kind = parser.word()
      if (kind !== 'n' && kind !== 'f') throw malformed('an entry of a table is damaged')
      if (kind === 'n') add(entries, first + index, { offset, generation })
    }
  }
  const trailer = parser.value()
  if (!isDictionary(trailer)) throw malformed('the trailer is no dictionary')
  return { trailer, entries, isDamaged: false }
}

function numberFrom(parser: PdfParser): number {
  const word = parser.word()
  if (!/^\d{1,10}$/.test(word)) throw malformed('a table is damaged')
  return Number(word)
}

async function readCrossReferenceStream(
  bytes: Buffer,
  parser: PdfParser,
  budget: Budget,
): Promise<PdfSection> {
  const isObject = /^\d+$/.test(parser.word()) && /^\d+$/.test(parser.word())
  const found = isObject && parser.takes('obj') ? objectBehind(bytes, parser.at) : undefined
  const trailer = found?.value
  if (!isDictionary(trailer) || found?.streamAt === undefined || !isXref(trailer))
    throw malformed('no cross-reference stands where it should')
  const raw = bytes.subarray(found.streamAt, streamEnd(bytes, found.streamAt))
  const data = await decodeStream(trailer, raw, STREAM_LIMIT, budget).catch(passOver)
  if (data === undefined) return { trailer, entries: new Map(), isDamaged: true }
  const widths = integers(trailer.get('W'))
  const [typeWidth = 0, secondWidth = 0, thirdWidth = 0] = widths
  const width = typeWidth + secondWidth + thirdWidth
  if (widths.length < 3 || widths.some(size => size > 6) || width === 0)
    throw malformed('the fields of a cross-reference stream are damaged')
  const index = trailer.has('Index') ? integers(trailer.get('Index')) : [0, Infinity]
  const entries = new Map<number, PdfEntry>()
  const turns = new Turns()
  let at = 0
  const take = (size: number): number => {
    const value = size === 0 ? 0 : data.readUIntBE(at, size)
    at += size
    return value
  }
  for (let pair = 0; pair + 1 < index.length; pair += 2) {
    const [first = 0, count = 0] = index.slice(pair, pair + 2)
    for (let offset = 0; offset < count && at + width <= data.length; offset += 1) {
      const turn = turns.step()
      if (turn !== undefined) await turn
      const type = typeWidth === 0 ? 1 : take(typeWidth)
      const [second, third] = [take(secondWidth), take(thirdWidth)]
      if (type === 1) add(entries, first + offset, { offset: second, generation: third })
      else if (type === 2) add(entries, first + offset, { stream: second, index: third })
    }
  }
  return { trailer, entries, isDamaged: false }
}

export function isXref(dictionary: PdfDictionary): boolean {
  return nameOf(dictionary.get('Type')) === 'XRef'
}

/** Where `endstream` says that a stream ends; the end of the file when it never comes. */
export function streamEnd(bytes: Buffer, start: number): number {
  const end = bytes.indexOf('endstream', start)
  return end < 0 ? bytes.length : end
}

function add(entries: Map<number, PdfEntry>, number: number, entry: PdfEntry): void {
  if (entries.size >= ENTRY_LIMIT) throw malformed('it has too many objects')
  if (!entries.has(number)) entries.set(number, entry)
}

function integers(value: unknown): readonly number[] {
  if (!Array.isArray(value) || !value.every(each => Number.isSafeInteger(each) && each >= 0))
    throw malformed('a list of numbers is damaged')
  return value as readonly number[]
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
