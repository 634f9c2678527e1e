import { z } from 'zod'

/** A place in a log file that may have been renamed, copied or cut off when it is looked for again. */
export interface FilePlace {
  /** Numbers of the device and the inode, decimal. */
  readonly device: string
  readonly inode: string
  /** Bytes before the first line that has not been read. */
  readonly offset: number
  /** SHA-256 of the first `headBytes` bytes, hexadecimal: inodes are used again, first lines are not. */
  readonly head: string
  readonly headBytes: number
  /** When the place was noted (epoch milliseconds): files written to since then are newer. */
  readonly notedAt: number
}

/** Bytes at the beginning of a file by which it is known again. */
export const HEAD_BYTES = 512

const NUMBER = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const ID = z.string().regex(/^\d{1,20}$/)

const PLACE = z.object({
  device: ID,
  inode: ID,
  offset: NUMBER,
  head: z.string().regex(/^[0-9a-f]{64}$/),
  headBytes: NUMBER.max(HEAD_BYTES),
  notedAt: NUMBER,
})

/** A place as text, for the store. */
export function placeText(place: FilePlace): string {
  return JSON.stringify(place)
}

/** Reads what `placeText` wrote; undefined for anything else. */
export function parsePlace(text: string): FilePlace | undefined {
  try {
    return PLACE.parse(JSON.parse(text))
  } catch (thrown) {
    // A place that cannot be read is as good as none: reading begins anew, and the caller says so.
    if (thrown instanceof SyntaxError || thrown instanceof z.ZodError) return undefined
    throw thrown
  }
}
