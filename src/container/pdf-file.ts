import { GatewayError } from '../errors.js'
import type { Budget } from './budget.js'
import { decodeStream } from './pdf-filter.js'
import {
  objectBehind,
  passOver,
  readable,
  scanObjects,
  scanTrailers,
  type PdfFound,
} from './pdf-scan.js'
import {
  isDictionary,
  PdfParser,
  PdfReference,
  type PdfDictionary,
  type PdfValue,
} from './pdf-syntax.js'
import { isXref, readSection, streamEnd, type PdfEntry } from './pdf-table.js'
import { Turns } from './turns.js'

/** Cross-reference sections that are followed; each saved change of a file adds one. */
const SECTION_LIMIT = 500

/** References that lead to references. */
const HOP_LIMIT = 8

/** Bytes of one object stream, and how many are kept at hand. */
const OBJECT_STREAM_LIMIT = 8 * 1024 * 1024
const KEPT_STREAMS = 4

/** Bytes at the end of a file in which `startxref` has to stand. */
const TAIL_BYTES = 1024

/**
 * A PDF file that can be asked for its objects.
 *
 * Shape   a file whose tables are damaged is searched from start to end instead, and `isIntact` is
 *         false: then readers may disagree about it.
 */
export class PdfFile {
  readonly bytes: Buffer
  /** What its streams may still grow to, and its passwords cost. */
  readonly budget: Budget
  /** The trailer in force first; of a damaged file all that lead to a catalogue, last one first. */
  readonly trailers: readonly PdfDictionary[]
  readonly isIntact: boolean
  /** Whether the tables know nothing of what encrypts it: some readers then take it for readable. */
  readonly hidesLock: boolean
  readonly #entries: ReadonlyMap<number, PdfEntry>
  readonly #streams = new Map<number, Promise<ReadonlyMap<number, PdfValue>>>()

  private constructor(
    bytes: Buffer,
    found: Tables,
    budget: Budget,
    { isIntact, hidesLock = false }: { readonly isIntact: boolean; readonly hidesLock?: boolean },
  ) {
    this.bytes = bytes
    this.budget = budget
    this.trailers = found.trailers
    this.#entries = found.entries
    this.isIntact = isIntact
    this.hidesLock = hidesLock
  }

  /**
   * Shape   `bytes` starts at `%PDF-`: offsets count from there.
   * Throws  ERR_CONTAINER_MALFORMED for a file with too many objects.
   */
  static async open(bytes: Buffer, budget: Budget): Promise<PdfFile> {
    const chain = await readChain(bytes, budget).catch(passOver)
    let hidesLock = chain?.isDamaged === true
    if (chain?.isDamaged === false) {
      const file = new PdfFile(bytes, chain, budget, { isIntact: true })
      const [trailer] = chain.trailers
      const root = await file.resolve(trailer?.get('Root'))
      const lock = trailer?.get('Encrypt') ?? null
      const isComplete = lock === null || isDictionary(await file.resolve(lock))
      // Object streams of an encrypted file cannot be read.
      if (isComplete && (lock !== null || isDictionary(root))) return file
      hidesLock = lock instanceof PdfReference && entryOf(chain.entries, lock) === undefined
    }
    return new PdfFile(bytes, await search(bytes), budget, { isIntact: false, hidesLock })
  }

  /**
   * The value that a reference stands for, any other value as it is; null for what is not there.
   */
  async resolve(value: PdfValue | undefined): Promise<PdfValue> {
    let current = value ?? null
    for (let hop = 0; current instanceof PdfReference; hop += 1) {
      if (hop >= HOP_LIMIT) return null
      current = await this.#object(current)
    }
    return current
  }

  /** The stream that a reference leads to: its dictionary and its bytes as they stand. */
  async stream(
    value: PdfValue | undefined,
  ): Promise<{ readonly dictionary: PdfDictionary; readonly raw: Buffer } | undefined> {
    if (!(value instanceof PdfReference)) return undefined
    const entry = entryOf(this.#entries, value)
    if (entry === undefined || !('offset' in entry)) return undefined
    const found = this.#objectAt(entry.offset, value)
    if (!isDictionary(found?.value) || found?.streamAt === undefined) return undefined
    return { dictionary: found.value, raw: await this.rawStream(found.value, found.streamAt) }
  }

  /** Bytes of a stream as they stand: as many as it says, if its end is there, else up to its end. */
  async rawStream(dictionary: PdfDictionary, start: number): Promise<Buffer> {
    const length = await this.resolve(dictionary.get('Length'))
    if (typeof length === 'number' && length >= 0 && start + length <= this.bytes.length) {
      const behind = this.bytes.toString('latin1', start + length, start + length + 32)
      if (/^\s*endstream/.test(behind)) return this.bytes.subarray(start, start + length)
    }
    return this.bytes.subarray(start, streamEnd(this.bytes, start))
  }

  async #object(reference: PdfReference): Promise<PdfValue> {
    const entry = entryOf(this.#entries, reference)
    if (entry === undefined) return null
    if ('offset' in entry) return this.#objectAt(entry.offset, reference)?.value ?? null
    const stream = this.#objectStream(entry.stream)
    return (await stream).get(reference.number) ?? null
  }

  #objectAt(
    offset: number,
    { number, generation }: PdfReference,
  ): Pick<PdfFound, 'value' | 'streamAt'> | undefined {
    return readable(() => {
      const parser = new PdfParser(this.bytes, offset)
      const isThere = parser.word() === String(number) && isNumber(parser.word(), generation)
      return isThere && parser.takes('obj') ? objectBehind(this.bytes, parser.at) : undefined
    })
  }

  #objectStream(number: number): Promise<ReadonlyMap<number, PdfValue>> {
    const kept = this.#streams.get(number)
    if (kept !== undefined) return kept
    if (this.#streams.size >= KEPT_STREAMS) {
      const [oldest] = this.#streams.keys()
      if (oldest !== undefined) this.#streams.delete(oldest)
    }
    // A stream that needs itself to be read gets nothing from it.
    this.#streams.set(number, Promise.resolve(new Map()))
    const read = this.#readObjectStream(number).catch(thrown => {
      passOver(thrown)
      return new Map<number, PdfValue>()
    })
    this.#streams.set(number, read)
    return read
  }

  /** Source  ISO 32000-2, 7.5.7 */
  async #readObjectStream(number: number): Promise<ReadonlyMap<number, PdfValue>> {
    const objects = new Map<number, PdfValue>()
    const stream = new PdfReference(number, 0)
    const entry = entryOf(this.#entries, stream)
    if (entry === undefined || !('offset' in entry)) return objects
    const found = this.#objectAt(entry.offset, stream)
    if (!isDictionary(found?.value) || found?.streamAt === undefined) return objects
    const { value: dictionary, streamAt } = found
    const length = dictionary.get('Length')
    const end = typeof length === 'number' ? streamAt + length : streamEnd(this.bytes, streamAt)
    const data = await decodeStream(
      dictionary,
      this.bytes.subarray(streamAt, end),
      OBJECT_STREAM_LIMIT,
      this.budget,
    )
    const [count, first] = [dictionary.get('N'), dictionary.get('First')]
    if (typeof count !== 'number' || typeof first !== 'number') return objects
    const head = new PdfParser(data)
    for (let index = 0; index < count && index < 10_000; index += 1) {
      const [name, offset] = [Number(head.word()), Number(head.word())]
      const value = readable(() => new PdfParser(data, first + offset).value())
      if (value !== undefined && Number.isInteger(name)) objects.set(name, value)
    }
    return objects
  }
}

interface Tables {
  readonly trailers: readonly PdfDictionary[]
  readonly entries: ReadonlyMap<number, PdfEntry>
}

/** The entry of just this object: one of another generation is another object (ISO 32000-2, 7.3.10). */
function entryOf(
  entries: ReadonlyMap<number, PdfEntry>,
  { number, generation }: PdfReference,
): PdfEntry | undefined {
  const entry = entries.get(number)
  if (entry === undefined) return undefined
  return generation === ('offset' in entry ? entry.generation : 0) ? entry : undefined
}

const isNumber = (word: string, value: number): boolean =>
  /^\d+$/.test(word) && Number(word) === value

/** Follows the tables from the last one to the first. */
async function readChain(
  bytes: Buffer,
  budget: Budget,
): Promise<Tables & { readonly isDamaged: boolean }> {
  const tail = Math.max(0, bytes.length - TAIL_BYTES)
  const start = bytes.lastIndexOf('startxref')
  if (start < tail) throw malformed('startxref is missing')
  const entries = new Map<number, PdfEntry>()
  const trailers: PdfDictionary[] = []
  const seen = new Set<number>()
  const turns = new Turns()
  let isDamaged = false
  const [first] = /^\d{1,10}/.exec(new PdfParser(bytes, start + 9).word()) ?? []
  const waiting = [Number(first ?? Number.NaN)]
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    if (!(at > 0 && at < bytes.length)) throw malformed('a table lies outside the file')
    // A table that comes again is a circle: what matters was read.
    if (seen.has(at)) continue
    seen.add(at)
    if (seen.size > SECTION_LIMIT) throw malformed('it has too many tables')
    const section = await readSection(bytes, at, budget)
    trailers.push(section.trailer)
    isDamaged ||= section.isDamaged
    for (const [number, entry] of section.entries) {
      const turn = turns.step()
      if (turn !== undefined) await turn
      if (!entries.has(number)) entries.set(number, entry)
    }
    for (const name of ['XRefStm', 'Prev']) {
      const next = section.trailer.get(name)
      if (typeof next === 'number') waiting.push(next)
    }
  }
  return { trailers, entries, isDamaged }
}

/** What a file without usable tables has: its objects, the last of each number, and its trailers. */
async function search(bytes: Buffer): Promise<Tables> {
  const entries = new Map<number, PdfEntry>()
  const trailers = [...scanTrailers(bytes)]
  for await (const { number, generation, value, at } of scanObjects(bytes)) {
    entries.set(number, { offset: at, generation })
    if (isDictionary(value) && isXref(value)) trailers.push(value)
  }
  return { trailers: trailers.filter(trailer => trailer.has('Root')).reverse(), entries }
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
