import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** A file without a name that holds the front of a body: mode 0600, unlinked before it is written. */
export class SpoolFile {
  readonly #handle: FileHandle
  #size = 0

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  static async open(directory: string): Promise<SpoolFile> {
    const path = join(directory, `.body-${randomUUID()}`)
    const handle = await open(path, 'wx+', 0o600)
    try {
      await unlink(path)
    } catch (error) {
      await handle.close()
      throw error
    }
    return new SpoolFile(handle)
  }

  async append(chunks: readonly Buffer[]): Promise<void> {
    let rest = chunks.filter(chunk => chunk.length > 0)
    while (rest.length > 0) {
      const { bytesWritten } = await this.#handle.writev(rest, this.#size)
      this.#size += bytesWritten
      rest = withoutFront(rest, bytesWritten)
    }
  }

  /** Bytes `start` to `end`, which must have been written; in `memory`, if it is given. */
  async read(start: number, end: number, memory?: Buffer): Promise<Buffer> {
    const bytes = memory?.subarray(0, end - start) ?? Buffer.allocUnsafe(end - start)
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await this.#handle.read(
        bytes,
        filled,
        bytes.length - filled,
        start + filled,
      )
      if (bytesRead === 0) throw new Error('spool file is shorter than what was written')
      filled += bytesRead
    }
    return bytes
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

/** A write may take less than it was given, most of all just before the disk is full. */
function withoutFront(chunks: readonly Buffer[], bytes: number): Buffer[] {
  const rest: Buffer[] = []
  let left = bytes
  for (const chunk of chunks) {
    if (left < chunk.length) rest.push(left === 0 ? chunk : chunk.subarray(left))
    left = Math.max(0, left - chunk.length)
  }
  return rest
}
