import { GatewayError } from '../errors.js'

/** A property of a message or attachment; one of several values comes once for each. */
export interface MapiProperty {
  readonly id: number
  readonly type: number
  readonly bytes: Buffer
}

const PROPERTY_LIMIT = 10_000

/** Bytes of the types whose values have a fixed size ([MS-OXTNEF] 2.1.3.5). */
const FIXED: ReadonlyMap<number, number> = new Map([
  [0x01, 0],
  [0x02, 4],
  [0x03, 4],
  [0x04, 4],
  [0x05, 8],
  [0x06, 8],
  [0x07, 8],
  [0x0a, 4],
  [0x0b, 4],
  [0x14, 8],
  [0x40, 8],
  [0x48, 16],
])

/** Strings, binary data and objects: a count, then a length and padded bytes for each. */
const VARIABLE = new Set([0x0d, 0x1e, 0x1f, 0x102])

const MULTIPLE = 0x1000

/**
 * Reads a list of properties as it stands in an attribute of TNEF.
 *
 * Throws  ERR_CONTAINER_TRUNCATED, ERR_CONTAINER_MALFORMED
 * Source  [MS-OXTNEF] 2.1.3.4
 */
export function readMapiProperties(data: Buffer): readonly MapiProperty[] {
  let at = 0
  const number = (): number => {
    const from = at
    take(4)
    return data.readUInt32LE(from)
  }
  const take = (size: number): Buffer => {
    if (size > data.length - at) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    at += size
    return data.subarray(at - size, at)
  }
  const padded = (size: number): Buffer => {
    const bytes = take(size)
    at = Math.min(data.length, at + ((4 - (size % 4)) % 4))
    return bytes
  }
  const count = number()
  if (count > PROPERTY_LIMIT) throw malformed('it has too many properties')
  const properties: MapiProperty[] = []
  for (let index = 0; index < count; index += 1) {
    const head = number()
    const [type, id] = [head & 0xffff, head >>> 16]
    // A named property: its set, its kind, and a number or a name.
    if (id >= 0x8000) {
      take(16)
      if (number() === 0) take(4)
      else padded(number())
    }
    const single = type & ~MULTIPLE
    const fixed = FIXED.get(single)
    if (fixed === undefined && !VARIABLE.has(single)) throw malformed('a property of unknown type')
    const isMany = (type & MULTIPLE) !== 0 || fixed === undefined
    const values = isMany ? number() : 1
    if (values > PROPERTY_LIMIT) throw malformed('a property has too many values')
    for (let value = 0; value < values; value += 1) {
      const bytes = fixed === undefined ? padded(number()) : take(fixed)
      properties.push({ id, type: single, bytes })
    }
    if (properties.length > PROPERTY_LIMIT) throw malformed('it has too many properties')
  }
  return properties
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
