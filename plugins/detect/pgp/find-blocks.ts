/** Where an armoured block lies in the decoded bytes of a part. */
export interface Block {
  /** Offset of its BEGIN line. */
  readonly start: number
  /** Offset behind its END line; undefined when the part ends before. */
  readonly end: number | undefined
}

/** Blocks of one part that are looked at. */
export const BLOCK_LIMIT = 100

const BEGIN = '-----BEGIN PGP MESSAGE-----'
const END = '-----END PGP MESSAGE-----'

/** Bytes that are kept of what was searched, so that a line cut by a chunk is still found. */
const OVERLAP = BEGIN.length + 1

/**
 * Finds the armoured messages in a part, in bounded memory.
 *
 * Shape   BEGIN counts at the start of a line only, END wherever it comes next: a quoted block
 *         (`> -----BEGIN`) is text. In HTML a line also starts behind a tag or an entity.
 */
export async function findBlocks(
  chunks: AsyncIterable<Buffer>,
  isHtml: boolean,
): Promise<readonly Block[]> {
  const blocks: Block[] = []
  let start: number | undefined
  let held: Buffer = Buffer.alloc(0)
  let base = 0
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk])
    let at = base === 0 ? 0 : 1
    for (;;) {
      if (start === undefined) {
        const found = held.indexOf(BEGIN, at, 'latin1')
        if (found < 0) break
        at = found + BEGIN.length
        if (startsLine(held, found, isHtml)) start = base + found
      } else {
        const found = held.indexOf(END, at, 'latin1')
        if (found < 0) break
        at = found + END.length
        blocks.push({ start, end: base + at })
        if (blocks.length === BLOCK_LIMIT) return blocks
        start = undefined
      }
    }
    // What is kept must not hold a line that was found already.
    const keep = Math.min(OVERLAP, held.length - at)
    base += held.length - keep
    held = held.subarray(held.length - keep)
  }
  if (start !== undefined) blocks.push({ start, end: undefined })
  return blocks
}

function startsLine(bytes: Buffer, at: number, isHtml: boolean): boolean {
  if (at === 0) return true
  const before = bytes[at - 1]
  if (before === 0x0a || before === 0x0d) return true
  return isHtml && (before === 0x3e || before === 0x3b)
}
