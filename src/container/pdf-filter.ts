import { promisify } from 'node:util'
import { constants, inflate } from 'node:zlib'
import { GatewayError } from '../errors.js'
import type { Budget } from './budget.js'
import { isDictionary, nameOf, type PdfDictionary, type PdfValue } from './pdf-syntax.js'

const inflateAsync = promisify(inflate)

/**
 * Takes the filters off a stream: none, or FlateDecode with or without a predictor.
 *
 * Units   `limit` in bytes of the result; what is inflated is taken from the budget.
 * Throws  ERR_CONTAINER_MALFORMED for other filters and damage, ERR_CONTAINER_LIMIT for more bytes
 *         than the limit or the budget has.
 * Source  ISO 32000-2, 7.4
 */
export async function decodeStream(
  dictionary: PdfDictionary,
  raw: Buffer,
  limit: number,
  budget: Budget,
): Promise<Buffer> {
  const filters = listOf(dictionary.get('Filter'))
  const [filter, ...more] = filters.map(nameOf)
  if (filter === undefined && filters.length === 0) {
    if (raw.length > limit) throw tooLong()
    return raw
  }
  if ((filter !== 'FlateDecode' && filter !== 'Fl') || more.length > 0)
    throw malformed('a stream has another filter than FlateDecode')
  const [parameters] = listOf(dictionary.get('DecodeParms') ?? dictionary.get('DP'))
  const bytes = await unflate(raw, Math.min(limit, budget.bytesLeft))
  budget.takeBytes(bytes.length)
  return isDictionary(parameters) ? unpredict(bytes, parameters) : bytes
}

/** What can be inflated of `raw`, even if its end is missing. */
async function unflate(raw: Buffer, limit: number): Promise<Buffer> {
  if (limit < 1) throw tooLong()
  const options = { maxOutputLength: limit, finishFlush: constants.Z_SYNC_FLUSH }
  try {
    return await inflateAsync(raw, options)
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLong()
    throw new GatewayError(
      'ERR_CONTAINER_MALFORMED',
      { what: 'a stream cannot be inflated' },
      thrown,
    )
  }
}

/** Takes back the predictors of PNG, which every row may choose anew (7.4.4.4). */
function unpredict(bytes: Buffer, parameters: PdfDictionary): Buffer {
  const numberAt = (name: string, otherwise: number): number => {
    const value = parameters.get(name)
    return typeof value === 'number' ? value : otherwise
  }
  if (numberAt('Predictor', 1) === 1) return bytes
  const bits = numberAt('Colors', 1) * numberAt('BitsPerComponent', 8)
  const pixel = Math.max(1, Math.ceil(bits / 8))
  const width = Math.ceil((bits * numberAt('Columns', 1)) / 8)
  if (numberAt('Predictor', 1) < 10 || !(width > 0) || width > 4096)
    throw malformed('a stream has a predictor that is not known')
  const rows = Math.floor(bytes.length / (width + 1))
  const result = Buffer.alloc(rows * width)
  for (let row = 0; row < rows; row += 1) {
    const kind = bytes[row * (width + 1)] ?? 0
    for (let column = 0; column < width; column += 1) {
      const at = row * width + column
      const left = column >= pixel ? (result[at - pixel] ?? 0) : 0
      const above = row > 0 ? (result[at - width] ?? 0) : 0
      const corner = row > 0 && column >= pixel ? (result[at - width - pixel] ?? 0) : 0
      const value = bytes[row * (width + 1) + 1 + column] ?? 0
      result[at] = value + predicted(kind, left, above, corner)
    }
  }
  return result
}

/** Source  PNG (ISO/IEC 15948), 9.2 */
function predicted(kind: number, left: number, above: number, corner: number): number {
  switch (kind) {
    case 0:
      return 0
    case 1:
      return left
    case 2:
      return above
    case 3:
      return (left + above) >> 1
    case 4: {
      const estimate = left + above - corner
      const [toLeft, toAbove, toCorner] = [left, above, corner].map(near =>
        Math.abs(estimate - near),
      ) as [number, number, number]
      if (toLeft <= toAbove && toLeft <= toCorner) return left
      return toAbove <= toCorner ? above : corner
    }
    default:
      throw malformed('a row has a predictor that is not known')
  }
}

function listOf(value: PdfValue | undefined): readonly PdfValue[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? (value as readonly PdfValue[]) : [value]
}

function tooLong(): GatewayError {
  return new GatewayError('ERR_CONTAINER_LIMIT', { what: 'a stream is too long' })
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
