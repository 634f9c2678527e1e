import { constants, inflateSync } from 'node:zlib'
import { looksLikeText } from './looks-like-text.js'
import { looksReadable } from './looks-readable.js'
import { scanObjects } from './pdf-scan.js'
import { isDictionary, nameOf, type PdfDictionary, type PdfValue } from './pdf-syntax.js'
import { isXref } from './pdf-table.js'

/** Bytes of each stream that are looked at. */
const SAMPLE_BYTES = 4096

/** Shorter ones say nothing for sure. */
const LEAST_BYTES = 24

/** Readable streams after which nobody need look on. */
const ENOUGH = 100

export interface StreamCount {
  /** Streams whose bytes can be ciphertext. */
  readonly hidden: number
  /** Streams that anybody can read. */
  readonly readable: number
}

/**
 * Counts the streams of an encrypted file that are readable all the same, wherever they stand: in
 * an older state of the file, behind a crypt filter that does nothing, in a file that only says
 * that it is encrypted.
 *
 * Throws  ERR_CONTAINER_MALFORMED when the file has too many objects.
 */
export async function countStreams(bytes: Buffer, encryptsMetadata: boolean): Promise<StreamCount> {
  let hidden = 0
  let readable = 0
  for await (const { value, streamAt } of scanObjects(bytes)) {
    if (streamAt === undefined || !isDictionary(value) || isXref(value)) continue
    if (!encryptsMetadata && nameOf(value.get('Type')) === 'Metadata') continue
    const sample = sampleAt(bytes, streamAt, value.get('Length'))
    if (sample.length < LEAST_BYTES) continue
    if (isReadable(value, sample)) readable += 1
    else hidden += 1
    if (readable > ENOUGH) break
  }
  return { hidden, readable }
}

function sampleAt(bytes: Buffer, start: number, length: PdfValue | undefined): Buffer {
  const most =
    typeof length === 'number' && length > 0 ? Math.min(length, SAMPLE_BYTES) : SAMPLE_BYTES
  const sample = bytes.subarray(start, start + most)
  const end = sample.indexOf('endstream')
  return end < 0 ? sample : sample.subarray(0, end)
}

function isReadable(dictionary: PdfDictionary, sample: Buffer): boolean {
  if (looksReadable(sample)) return true
  const filter = dictionary.get('Filter') ?? dictionary.get('F')
  const [first] = Array.isArray(filter) ? (filter as readonly PdfValue[]) : [filter]
  const name = nameOf(first)
  if (name === 'DCTDecode') return sample.subarray(0, 3).equals(JPEG)
  return (name === 'FlateDecode' || name === 'Fl') && inflates(sample)
}

const JPEG = Buffer.from([0xff, 0xd8, 0xff])

/** Whether a sample is the start of zlib data: a whole one with its check, or kilobytes of one. */
function inflates(sample: Buffer): boolean {
  const [method = 0, check = 0] = sample
  if ((method & 0x0f) !== 8 || (method * 256 + check) % 31 !== 0) return false
  const isCut = sample.length === SAMPLE_BYTES
  const whole = tryInflate(sample, isCut)
  if (whole !== undefined) return whole.length > 0
  const inflated = tryInflate(sample, true)
  return inflated !== undefined && looksLikeText(inflated)
}

function tryInflate(sample: Buffer, isCut: boolean): Buffer | undefined {
  try {
    const finishFlush = isCut ? constants.Z_SYNC_FLUSH : constants.Z_FINISH
    return inflateSync(sample, { finishFlush, maxOutputLength: 1024 * 1024 })
  } catch (thrown) {
    if (thrown instanceof RangeError) return Buffer.alloc(0)
    if (thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('Z_'))
      return undefined
    throw thrown
  }
}
