/** What all armour headers may take. More is a text of its own. */
const HEADER_BYTES = 256

/** Longest line of base64 that mail programs write, and then some. */
const LINE_LIMIT = 1024

const BASE64_LINE = /^[A-Za-z0-9+/]+={0,2}$/
const CHECKSUM_LINE = /^=[A-Za-z0-9+/]{4}$/
const HEADER_LINE = /^(?:Version|Comment|MessageID|Hash|Charset):(?: |$)/i

/** Whole lines only: anything more on the line, or any other line of hyphens, is text. */
const FRAME_LINE =
  /^-----(?:BEGIN|END) PGP (?:MESSAGE|SIGNATURE|(?:PUBLIC|PRIVATE) KEY BLOCK)-----$/

/** Takes the armour off one block. */
export interface ArmourReader {
  /** Binary content. Ends early when the block turns out to hold something else. */
  bytes(lines: AsyncIterable<string>): AsyncGenerator<Buffer, void, void>
  /** True once a line was neither armour header nor base64: the block is prose between two markers. */
  readonly isProse: boolean
}

/**
 * Reads the lines of a block from BEGIN to END (RFC 9580, section 6.2).
 *
 * Shape   blank lines may stand anywhere (HTML makes them), the empty line after the headers may be
 *         missing (Exchange takes it away), a wrong or missing CRC-24 is not looked at (section 6.1).
 */
export function createArmourReader(): ArmourReader {
  let isProse = false
  async function* bytes(lines: AsyncIterable<string>): AsyncGenerator<Buffer, void, void> {
    let headerBytes = 0
    let isInBody = false
    let isOver = false
    let rest = ''
    for await (const line of lines) {
      const text = line.trim()
      if (text === '' || FRAME_LINE.test(text)) continue
      if (!isInBody && HEADER_LINE.test(text)) headerBytes += text.length
      else if (isInBody && CHECKSUM_LINE.test(text)) isOver = true
      else if (!isOver && text.length <= LINE_LIMIT && BASE64_LINE.test(text)) {
        isInBody = true
        const whole = rest + text
        const usable = whole.length - (whole.length % 4)
        rest = whole.slice(usable)
        yield Buffer.from(whole.slice(0, usable), 'base64')
      } else isProse = true
      if (headerBytes > HEADER_BYTES) isProse = true
      if (isProse) return
    }
    if (rest !== '') yield Buffer.from(rest, 'base64')
  }
  return {
    bytes,
    get isProse() {
      return isProse
    },
  }
}

/** Lines of a stream; one that is longer than any line of armour comes cut. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void, void> {
  let held = ''
  for await (const chunk of chunks) {
    const lines = (held + chunk.toString('latin1')).split('\n')
    held = lines.pop() ?? ''
    yield* lines
    if (held.length > 2 * LINE_LIMIT) {
      yield held
      held = ''
    }
  }
  yield held
}
