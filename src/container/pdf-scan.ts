import { setImmediate as nextTurn } from 'node:timers/promises'
import { GatewayError } from '../errors.js'
import { isDictionary, PdfParser, type PdfDictionary, type PdfValue } from './pdf-syntax.js'

/** An object that stands in the file, whether or not a table leads to it. */
export interface PdfFound {
  readonly number: number
  readonly generation: number
  /** Offset of its number. */
  readonly at: number
  readonly value: PdfValue
  /** Where the bytes of its stream start, if it has one. */
  readonly streamAt: number | undefined
}

const OBJECT_LIMIT = 300_000
const TRAILER_LIMIT = 1000

/** Places that look like an object and are none: an exception for each takes its time. */
const DAMAGE_LIMIT = 10_000

/** Milliseconds after which other work gets its turn. */
const SLICE_MS = 20

/** Milliseconds after which one search is given up. */
const TIME_LIMIT_MS = 5000

/** Bytes that may be parsed in all, so that no byte is read again and again. */
export interface ParseBudget {
  left: number
}

/**
 * Finds the objects of a PDF file by looking for them from its start to its end, as readers do with
 * a file whose tables are damaged.
 *
 * Throws  ERR_CONTAINER_MALFORMED when there are more than 300,000, too many are damaged, or it
 *         takes too long.
 */
export async function* scanObjects(bytes: Buffer): AsyncGenerator<PdfFound, void, void> {
  const budget: ParseBudget = { left: bytes.length + 1_000_000 }
  const started = performance.now()
  let turn = started
  let count = 0
  let damaged = 0
  for (let at = bytes.indexOf('obj'); at >= 0; at = bytes.indexOf('obj', at + 3)) {
    if (performance.now() - turn > SLICE_MS) {
      await nextTurn()
      turn = performance.now()
      if (turn - started > TIME_LIMIT_MS) throw tangled()
    }
    const head = headBefore(bytes, at)
    if (head === undefined) continue
    count += 1
    const found = objectBehind(bytes, at + 3, budget)
    if (found === undefined) damaged += 1
    if (count > OBJECT_LIMIT || damaged > DAMAGE_LIMIT || budget.left < 0) throw tangled()
    if (found !== undefined) yield { ...found, ...head }
  }
}

function tangled(): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'it has too many objects' })
}

/** Object and generation number before the word `obj`, and where the first of them stands. */
function headBefore(
  bytes: Buffer,
  end: number,
): Pick<PdfFound, 'number' | 'generation' | 'at'> | undefined {
  let at = end - 1
  const back = (matches: (byte: number) => boolean, most: number): number => {
    const from = at
    while (at >= 0 && from - at < most && matches(bytes[at] ?? 0)) at -= 1
    return from - at
  }
  back(isBlank, 16)
  const generationEnd = at + 1
  if (back(isDigit, 5) === 0) return undefined
  const generation = Number(bytes.toString('latin1', at + 1, generationEnd))
  if (back(isBlank, 16) === 0) return undefined
  const stop = at + 1
  if (back(isDigit, 9) === 0) return undefined
  const before = bytes[at]
  if (before !== undefined && !isBlank(before) && !CLOSING.has(before)) return undefined
  return { number: Number(bytes.toString('latin1', at + 1, stop)), generation, at: at + 1 }
}

const CLOSING = new Set(Buffer.from('>)]'))

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0 || (byte >= 0x09 && byte <= 0x0d)
}

/** Trailer dictionaries in the order of the file; those that cannot be read are left out. */
export function scanTrailers(bytes: Buffer): readonly PdfDictionary[] {
  const found: PdfDictionary[] = []
  const budget: ParseBudget = { left: bytes.length + 1_000_000 }
  let count = 0
  for (let at = bytes.indexOf('trailer'); at >= 0; at = bytes.indexOf('trailer', at + 7)) {
    const value = objectBehind(bytes, at + 7, budget)?.value
    if (isDictionary(value)) found.push(value)
    count += 1
    if (count > TRAILER_LIMIT || budget.left < 0) break
  }
  return found
}

/** The value behind `12 0 obj`, with its stream; undefined when it cannot be read. */
export function objectBehind(
  bytes: Buffer,
  at: number,
  budget: ParseBudget = { left: 0 },
): Pick<PdfFound, 'value' | 'streamAt'> | undefined {
  const parser = new PdfParser(bytes, at)
  const found = readable(() => {
    const value = parser.value()
    if (!isDictionary(value) || !parser.takes('stream')) return { value, streamAt: undefined }
    let streamAt = parser.at
    if (bytes[streamAt] === 0x0d) streamAt += 1
    if (bytes[streamAt] === 0x0a) streamAt += 1
    return { value, streamAt }
  })
  budget.left -= parser.at - at
  return found
}

/** What `read` gives; undefined for what is malformed: damaged places of a file are passed over. */
export function readable<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (thrown) {
    return passOver(thrown)
  }
}

/** For a walk that goes on past damage: undefined for damage; any other error (a bug) flies on. */
export function passOver(thrown: unknown): undefined {
  if (thrown instanceof GatewayError && thrown.code.startsWith('ERR_CONTAINER_')) return undefined
  throw thrown
}
