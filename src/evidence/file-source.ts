import type { Log } from '../log/log.js'
import { parsePlace, type FilePlace } from './file-place.js'
import { FileStretch } from './file-stretch.js'
import { LogFile, unreadable } from './log-file.js'
import {
  IDLE_MS,
  LOOK_EVERY_MS,
  pause,
  type LogRead,
  type LogSource,
  type Pause,
  type ReadOptions,
} from './log-source.js'
import { wayFrom, type Stretch } from './rotated-files.js'

export interface FileSourceOptions {
  readonly path: string
  readonly log: Log
  readonly now?: () => number
  readonly pause?: Pause
}

/** Looks at an unchanged file before it is asked whether it is still the log. */
const LOOKS_BEFORE_CHECK = IDLE_MS / LOOK_EVERY_MS

/** A log file as syslogd or postlogd(8) write it, followed through rotation by renaming or by copy. */
export function fileSource(options: FileSourceOptions): LogSource {
  const source = new FileSource(options)
  return { name: `file:${options.path}`, read: options => source.read(options) }
}

class FileSource {
  readonly #path: string
  readonly #log: Log
  readonly #now: () => number
  readonly #pause: Pause

  constructor({ path, log, now = Date.now, pause: wait = pause }: FileSourceOptions) {
    this.#path = path
    this.#log = log
    this.#now = now
    this.#pause = wait
  }

  async *read(options: ReadOptions): AsyncGenerator<LogRead, void, undefined> {
    const { signal, once } = options
    let place = this.#placeOf(options.after)
    let isReadToEnd = false
    let isFirst = true
    while (!signal.aborted) {
      const stretches = await this.#stretches(place, options, isFirst, isReadToEnd)
      isReadToEnd = false
      try {
        for (const [index, { file, offset }] of stretches.entries()) {
          const stretch = await FileStretch.begin(file, offset, this.#now)
          if (isFirst) yield await stretch.context()
          isFirst = false
          if (index < stretches.length - 1) yield* this.#readToEnd(stretch, signal)
          else isReadToEnd = yield* this.#follow(stretch, options)
          place = stretch.place
        }
      } finally {
        for (const { file } of stretches) await file.close()
      }
      if (once) return
      if (stretches.length > 0) continue
      // The log is not there yet: when it comes, all of it is new.
      isFirst = false
      yield { lines: [], position: undefined, isContext: false }
      await this.#pause(IDLE_MS, signal)
    }
  }

  #placeOf(after: string | undefined): FilePlace | undefined {
    const place = after === undefined ? undefined : parsePlace(after)
    if (after !== undefined && place === undefined)
      this.#log.warn('position in the log of Postfix not understood, reading begins anew', {
        file: this.#path,
      })
    return place
  }

  async #stretches(
    place: FilePlace | undefined,
    { fromStart, once }: ReadOptions,
    isFirst: boolean,
    isReadToEnd: boolean,
  ): Promise<readonly Stretch[]> {
    if (place !== undefined) {
      const { stretches, isWhole } = await wayFrom(this.#path, place)
      if (!isWhole && !isReadToEnd)
        this.#log.warn(
          'lines of the log of Postfix may be missing, the file that was read is gone',
          {
            file: this.#path,
          },
        )
      return stretches
    }
    const file = await LogFile.open(this.#path)
    if (file === undefined) {
      if (once) throw unreadable(this.#path, 'there is no such file')
      return []
    }
    const offset = isFirst && !fromStart ? (await file.state()).size : 0
    return [{ file, offset }]
  }

  /** A file that was rotated: nobody writes to it any more. */
  async *#readToEnd(
    stretch: FileStretch,
    signal: AbortSignal,
  ): AsyncGenerator<LogRead, void, undefined> {
    while (!signal.aborted) {
      const reads = await stretch.next()
      yield* reads
      if (reads.length > 0) continue
      yield* await stretch.end()
      return
    }
  }

  /**
   * The log itself, until another file has taken its place.
   *
   * Gives   whether it was read to its end, as opposed to having been cut off.
   */
  async *#follow(
    stretch: FileStretch,
    { once, signal }: ReadOptions,
  ): AsyncGenerator<LogRead, boolean, undefined> {
    let isRenamed = false
    let looks = 0
    while (!signal.aborted) {
      const change = await stretch.change(looks === 0)
      if (change === 'replaced') return false
      const reads = change === 'grown' ? await stretch.next() : []
      yield* reads
      if (reads.length > 0) {
        looks = 0
        if (!once && !stretch.isBehind) await this.#pause(LOOK_EVERY_MS, signal)
        continue
      }
      if (once) return true
      if (isRenamed) {
        yield* await stretch.end()
        return true
      }
      looks = (looks + 1) % LOOKS_BEFORE_CHECK
      if (looks === 0) {
        isRenamed = await this.#isReplaced(stretch.file)
        // What was written between the last read and the renaming is still to come.
        if (isRenamed) continue
        yield stretch.idle()
      }
      await this.#pause(LOOK_EVERY_MS, signal)
    }
    return false
  }

  /** Whether another file has the name of the log, with lines in it. */
  async #isReplaced(file: LogFile): Promise<boolean> {
    const other = await LogFile.open(this.#path)
    if (other === undefined) return false
    try {
      const [one, two] = [await file.state(), await other.state()]
      return two.size > 0 && (one.inode !== two.inode || one.device !== two.device)
    } finally {
      await other.close()
    }
  }
}
