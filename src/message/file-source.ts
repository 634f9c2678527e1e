import { read as readAt } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { MessageError } from './message-error.js'
import { checkRange, type ByteSource, type Range } from './source.js'

/**
 * A source over an open file or part of it. The caller keeps the file open and closes it.
 *
 * Shape   `file` a handle or a descriptor; `range` the bytes of the file that are the source.
 * Throws  ERR_MESSAGE_SOURCE at `read` when the file ends before `range` does.
 */
export function fileSource(file: FileHandle | number, range: Range): ByteSource {
  const descriptor = typeof file === 'number' ? file : file.fd
  const size = range.end - range.start
  checkRange(range.start, range.end, Number.MAX_SAFE_INTEGER)
  return Object.freeze({
    size,
    peek: () => undefined,
    async read(start: number, end: number, memory?: Buffer): Promise<Buffer> {
      checkRange(start, end, size)
      const bytes = memory?.subarray(0, end - start) ?? Buffer.allocUnsafe(end - start)
      let done = 0
      while (done < bytes.length) {
        const count = await readSome(descriptor, bytes, done, range.start + start + done)
        if (count === 0) {
          throw new MessageError('ERR_MESSAGE_SOURCE', 'the file of the message ends too early')
        }
        done += count
      }
      return bytes
    },
  })
}

function readSome(fd: number, into: Buffer, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    readAt(fd, into, offset, into.length - offset, position, (error, count) => {
      if (error === null) resolve(count)
      else {
        const text = `the file of the message cannot be read: ${error.code ?? 'unknown reason'}`
        reject(new MessageError('ERR_MESSAGE_SOURCE', text, { cause: error }))
      }
    })
  })
}
