import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { GatewayError, reasonOf } from '../errors.js'
import { HEAD_BYTES, type FilePlace } from './file-place.js'

/** Most bytes of one read: some hundred lines. */
export const CHUNK_BYTES = 64 * 1024

export interface FileState {
  readonly device: string
  readonly inode: string
  readonly size: number
  readonly modifiedAt: number
}

/** A log file that is held open, so that it can be read to its end whatever becomes of its name. */
export class LogFile {
  readonly path: string
  readonly #handle: FileHandle

  private constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
  }

  /**
   * Opens a file.
   *
   * Gives   undefined when there is none.
   * Throws  ERR_EVIDENCE_LOG when it cannot be opened or is no ordinary file.
   */
  static async open(path: string): Promise<LogFile | undefined> {
    let handle: FileHandle
    try {
      // Opening a pipe would wait for somebody to write into it.
      handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw unreadable(path, reasonOf(thrown), thrown)
    }
    const isFile = (await handle.stat()).isFile()
    if (isFile) return new LogFile(path, handle)
    await handle.close()
    throw unreadable(path, 'it is no ordinary file')
  }

  async state(): Promise<FileState> {
    const { dev, ino, size, mtimeMs } = await this.#handle.stat({ bigint: true })
    return {
      device: String(dev),
      inode: String(ino),
      size: Number(size),
      modifiedAt: Number(mtimeMs),
    }
  }

  /** Reads from `offset` on; empty at the end. */
  async read(offset: number, maxBytes: number = CHUNK_BYTES): Promise<Buffer> {
    const buffer = Buffer.alloc(Math.min(maxBytes, CHUNK_BYTES))
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, offset)
    return buffer.subarray(0, bytesRead)
  }

  /** The place `offset`, as it is known again later. */
  async place(offset: number, now: number): Promise<FilePlace> {
    const { device, inode } = await this.state()
    const headBytes = Math.min(offset, HEAD_BYTES)
    const head = await this.#head(headBytes)
    return { device, inode, offset, head, headBytes, notedAt: now }
  }

  /** Whether this file, under whatever name, begins as the one of the place and reaches that far. */
  async contains({ offset, head, headBytes }: FilePlace): Promise<boolean> {
    const { size } = await this.state()
    return size >= offset && (await this.#head(headBytes)) === head
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #head(bytes: number): Promise<string> {
    const start = bytes === 0 ? Buffer.alloc(0) : await this.read(0, bytes)
    return createHash('sha256').update(start).digest('hex')
  }
}

/** The error for a log that cannot be read. */
export function unreadable(log: string, reason: string, cause?: unknown): GatewayError {
  return new GatewayError('ERR_EVIDENCE_LOG', { log, reason }, cause)
}
