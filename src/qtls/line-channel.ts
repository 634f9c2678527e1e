import type { Socket } from 'node:net'
import { ReplyReader, type ReplyProblem, type SmtpReply } from './smtp-reply.js'

export type Heard = SmtpReply | ReplyProblem | 'timeout' | 'closed'

/**
 * Takes turns with a server over a socket, clear or encrypted.
 *
 * The socket is only read while an answer is awaited, so a server that goes on and on fills its own
 * buffers, not ours.
 */
export class LineChannel {
  readonly #socket: Socket
  readonly #reader = new ReplyReader()

  constructor(socket: Socket) {
    this.#socket = socket
    // Whoever listens to nothing else still must not die of a reset.
    socket.on('error', () => socket.destroy())
    socket.pause()
  }

  send(text: string): void {
    this.#socket.write(text)
  }

  /** Bytes behind the last reply. */
  get rest(): Buffer {
    return this.#reader.rest
  }

  /** Waits for one reply; `signal` ends the wait as a time-out does. */
  hear(timeoutMs: number, signal: AbortSignal): Promise<Heard> {
    const early = this.#reader.take(Buffer.alloc(0))
    if (early !== undefined) return Promise.resolve(early)
    const socket = this.#socket
    if (signal.aborted) return Promise.resolve('timeout')
    if (socket.destroyed) return Promise.resolve('closed')
    return new Promise(done => {
      const end = (heard: Heard): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', late)
        socket.off('data', take).off('end', gone).off('close', gone)
        socket.pause()
        done(heard)
      }
      const late = (): void => end('timeout')
      const gone = (): void => end('closed')
      const take = (chunk: Buffer): void => {
        const heard = this.#reader.take(chunk)
        if (heard !== undefined) end(heard)
      }
      const timer = setTimeout(late, timeoutMs)
      signal.addEventListener('abort', late)
      socket.on('data', take).on('end', gone).on('close', gone)
      socket.resume()
    })
  }
}
