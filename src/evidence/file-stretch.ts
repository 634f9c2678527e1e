import { LineSplitter, type SplitLine } from './line-splitter.js'
import { HEAD_BYTES, placeText, type FilePlace } from './file-place.js'
import { CHUNK_BYTES, type LogFile } from './log-file.js'
import { parseSyslogLine, type LogLine } from './log-line.js'
import { MAX_LINES, type LogRead } from './log-source.js'

/** Bytes before the place of beginning that are looked at for what processes were doing. */
const CONTEXT_BYTES = 256 * 1024

/** Reads one file from a place on, and knows the place behind every line that it has given. */
export class FileStretch {
  readonly file: LogFile
  readonly #now: () => number
  readonly #splitter = new LineSplitter()
  #place: FilePlace
  /** Bytes before the next that is read; the line that has not ended lies between place and here. */
  #readTo: number
  #isBehind = false

  private constructor(file: LogFile, place: FilePlace, now: () => number) {
    this.file = file
    this.#place = place
    this.#readTo = place.offset
    this.#now = now
  }

  static async begin(file: LogFile, offset: number, now: () => number): Promise<FileStretch> {
    return new FileStretch(file, await file.place(offset, now()), now)
  }

  /** Behind the last line that was given. */
  get place(): FilePlace {
    return { ...this.#place, notedAt: this.#now() }
  }

  /** Whether there was more than one read could take. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  /** An empty read, which says that the place is still this one. */
  idle(): LogRead {
    return { lines: [], position: placeText(this.place), isContext: false }
  }

  /** The lines before the place. */
  async context(): Promise<LogRead> {
    const { offset } = this.#place
    const splitter = new LineSplitter()
    const lines: SplitLine[] = []
    for (let at = Math.max(0, offset - CONTEXT_BYTES); at < offset;) {
      const chunk = await this.file.read(at, offset - at)
      if (chunk.length === 0) break
      at += chunk.length
      lines.push(...splitter.push(chunk))
    }
    return { ...this.idle(), lines: this.#parsed(lines), isContext: true }
  }

  /**
   * What became of the file since the last read. Where it has the same length, its beginning is
   * compared only if `thoroughly`.
   */
  async change(thoroughly: boolean): Promise<'none' | 'grown' | 'replaced'> {
    const { size } = await this.file.state()
    const isSameSize = size === this.#readTo
    if (isSameSize && !thoroughly) return 'none'
    if (!(await this.file.contains({ ...this.#place, offset: this.#readTo }))) return 'replaced'
    return isSameSize ? 'none' : 'grown'
  }

  /** What has been written since; no read at all when nothing has. */
  async next(): Promise<readonly LogRead[]> {
    const chunk = await this.file.read(this.#readTo)
    this.#readTo += chunk.length
    this.#isBehind = chunk.length === CHUNK_BYTES
    return chunk.length === 0 ? [] : this.#given(this.#splitter.push(chunk))
  }

  /** The line that has not ended, once the file gets no more. */
  end(): Promise<readonly LogRead[]> {
    return this.#given(this.#splitter.end())
  }

  async #given(lines: readonly SplitLine[]): Promise<readonly LogRead[]> {
    const reads: LogRead[] = []
    for (let from = 0; from < lines.length || from === 0; from += MAX_LINES) {
      const some = lines.slice(from, from + MAX_LINES)
      await this.#moveBy(some.reduce((sum, { bytes }) => sum + bytes, 0))
      reads.push({ ...this.idle(), lines: this.#parsed(some) })
    }
    return reads
  }

  async #moveBy(bytes: number): Promise<void> {
    const offset = Math.min(this.#place.offset + bytes, this.#readTo)
    // Once the head is whole it is that of this file for good, even if somebody cuts the file off.
    this.#place =
      this.#place.headBytes < HEAD_BYTES
        ? await this.file.place(offset, this.#now())
        : { ...this.#place, offset }
  }

  #parsed(lines: readonly SplitLine[]): readonly LogLine[] {
    return lines.flatMap(({ text }) => parseSyslogLine(text, this.#now()) ?? [])
  }
}
