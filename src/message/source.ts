/**
 * Random access to the bytes of a message, in memory or in a file.
 *
 * Offsets are in bytes from the first byte of the header. A message from a milter is its header
 * fields as received, an empty line and its body, so a part's range means the same bytes whether
 * the message came from Postfix or from a file.
 */
export interface ByteSource {
  readonly size: number
  /**
   * Bytes `start` to `end` (exclusive) if they are at hand without waiting, else undefined.
   * The Buffer is a view: never write to it.
   */
  peek(start: number, end: number): Buffer | undefined
  /**
   * Bytes `start` to `end` (exclusive), which must lie inside the source. They may lie in `memory`,
   * which is the caller's and has room for them; else they are a view like that of `peek`.
   */
  read(start: number, end: number, memory?: Buffer): Promise<Buffer>
}

/** Half-open byte range in a ByteSource. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * A source over bytes in memory; the bytes must not be changed afterwards.
 *
 * Throws  RangeError for a range outside the source, at `peek` and at `read`.
 */
export function bufferSource(bytes: Buffer): ByteSource {
  const view = (start: number, end: number): Buffer => {
    checkRange(start, end, bytes.length)
    return bytes.subarray(start, end)
  }
  return Object.freeze({
    size: bytes.length,
    peek: view,
    read: async (start: number, end: number) => view(start, end),
  })
}

/** Throws RangeError unless `start` to `end` is a range of whole bytes inside `size`. */
export function checkRange(start: number, end: number, size: number): void {
  const isInside = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0
  if (!isInside || end < start || end > size) {
    throw new RangeError(`bytes ${start} to ${end} are not inside a source of ${size} bytes`)
  }
}
