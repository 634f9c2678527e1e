import { type Socket, connect } from 'node:net'
import { MilterError } from './milter-error.js'
import { PacketReader } from './wire.js'

/** Where a filter listens. */
export type ClientTarget =
  { readonly host?: string; readonly port: number } | { readonly path: string }

/** A packet from the filter. */
export interface Packet {
  readonly command: number
  readonly data: Buffer
}

/** Far above what any filter needs: libmilter cuts at 64 KiB, Postfix would take 1 GiB. */
const MAX_PACKET_BYTES = 64 * 1024 * 1024
/** Like an MTA, write in bursts: when an answer is wanted, or when this much has come together. */
const BURST_BYTES = 64 * 1024
/** Packets read ahead before the filter is made to wait. */
const MAX_READ_AHEAD = 256

/**
 * The client's end of a connection: packets out in bursts, packets in one at a time, and a deadline
 * for every wait.
 */
export class ClientChannel {
  readonly #socket: Socket
  readonly #timeoutMs: number
  readonly #reader = new PacketReader(MAX_PACKET_BYTES)
  readonly #packets: Packet[] = []
  #burst: Buffer[] = []
  #burstBytes = 0
  #failure: Error | undefined
  #wake: (() => void) | undefined

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket
    this.#timeoutMs = timeoutMs
    socket.on('data', chunk => this.#take(chunk))
    socket.on('drain', () => this.#wake?.())
    socket.on('error', cause => this.#fail(closed('the connection to the filter broke', cause)))
    socket.on('close', () => this.#fail(closed('the filter closed the connection')))
  }

  /** Throws ERR_MILTER_CLOSED when nobody listens, or does not take the connection in time. */
  static open(target: ClientTarget, timeoutMs: number): Promise<ClientChannel> {
    const socket =
      'path' in target
        ? connect(target.path)
        : connect({ host: target.host ?? '127.0.0.1', port: target.port, noDelay: true })
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Error('timed out')), timeoutMs)
      const failed = (cause: Error): void => {
        clearTimeout(timer)
        reject(closed('cannot connect to the filter', cause))
      }
      socket.once('error', failed)
      socket.once('connect', () => {
        clearTimeout(timer)
        socket.off('error', failed)
        resolve(new ClientChannel(socket, timeoutMs))
      })
    })
  }

  /** Queues a packet; waits only while the filter does not read. */
  async send(packet: Buffer): Promise<void> {
    this.#burst.push(packet)
    this.#burstBytes += packet.length
    if (this.#burstBytes >= BURST_BYTES) await this.flush()
  }

  /** Sends what is queued. */
  async flush(): Promise<void> {
    const burst = this.#burst
    if (burst.length > 0 && this.#failure !== undefined) throw this.#failure
    this.#burst = []
    this.#burstBytes = 0
    if (burst.length > 0) this.#socket.write(Buffer.concat(burst))
    await this.#until(() => !this.#socket.writableNeedDrain, 'did not read')
  }

  /**
   * The next packet, after sending what is queued.
   *
   * Throws  ERR_MILTER_TIMEOUT when none comes in time, ERR_MILTER_CLOSED when the filter is gone.
   */
  async receive(): Promise<Packet> {
    await this.flush()
    await this.#until(() => this.#packets.length > 0, 'did not answer')
    if (this.#socket.isPaused()) this.#socket.resume()
    return this.#packets.shift() as Packet
  }

  /** Ends the connection after what is queued; by force when the filter does not close its side. */
  async close(): Promise<void> {
    const { destroyed } = this.#socket
    if (destroyed) return
    const gone = new Promise<void>(resolve => this.#socket.once('close', () => resolve()))
    const timer = setTimeout(() => this.#socket.destroy(), this.#timeoutMs)
    this.#socket.resume()
    this.#socket.end(Buffer.concat(this.#burst))
    this.#burst = []
    await gone
    clearTimeout(timer)
  }

  /** Goes away without a word, as an MTA that crashes. */
  destroy(): void {
    this.#socket.destroy()
  }

  async #until(isDone: () => boolean, what: string): Promise<void> {
    if (isDone()) return
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      this.#wake?.()
    }, this.#timeoutMs)
    try {
      while (!isDone()) {
        if (this.#failure !== undefined) throw this.#failure
        if (isLate) throw this.#timeout(what)
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
      }
    } finally {
      clearTimeout(timer)
      this.#wake = undefined
    }
  }

  #timeout(what: string): MilterError {
    this.#socket.destroy()
    return new MilterError('ERR_MILTER_TIMEOUT', `the filter ${what} within ${this.#timeoutMs} ms`)
  }

  #take(chunk: Buffer): void {
    if (this.#failure !== undefined) return
    this.#reader.feed(chunk)
    try {
      while (this.#reader.next()) {
        const { command, buffer, start, end } = this.#reader
        this.#packets.push({ command, data: buffer.subarray(start, end) })
      }
    } catch (error) {
      this.#fail(error as Error)
      this.#socket.destroy()
      return
    }
    if (this.#packets.length > MAX_READ_AHEAD) this.#socket.pause()
    this.#wake?.()
  }

  #fail(failure: Error): void {
    this.#failure ??= failure
    this.#wake?.()
  }
}

function closed(message: string, cause?: unknown): MilterError {
  return new MilterError('ERR_MILTER_CLOSED', message, cause === undefined ? undefined : { cause })
}
