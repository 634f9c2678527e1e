import type { ContainerHeader } from '../../src/seal/container/header.js'
import type { Payload } from '../../src/seal/container/seal-payload.js'

/** A header with everything fixed; the fewest iterations that are read, to save time. */
export function sampleHeader(
  length: number,
  changes: Partial<ContainerHeader> = {},
): ContainerHeader {
  return {
    kind: 'letter',
    iterations: 210_000,
    salt: Buffer.from(Array.from({ length: 32 }, (_, at) => at)),
    iv: Buffer.from(Array.from({ length: 16 }, (_, at) => 0xf0 + at)),
    length,
    reference: '7k2m9q4v1p3t8s6r0abc',
    recipient: 'AbCdEfGhIjKlMn_-',
    ...changes,
  }
}

export function payloadOf(...pieces: readonly (Buffer | string)[]): Payload {
  const buffers = pieces.map(piece => Buffer.from(piece))
  return {
    size: buffers.reduce((sum, { length }) => sum + length, 0),
    async *chunks() {
      yield* buffers
    },
  }
}

export const PASSWORD = 'KZ7M-QP4L-9TVA-HR2D'
export const SEED = Buffer.alloc(32, 7)
