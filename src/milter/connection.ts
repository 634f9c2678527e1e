import type { Socket } from 'node:net'
import type { Deadlines, Watched } from './deadlines.js'
import type { MilterEvent } from './event.js'
import { MilterError } from './milter-error.js'
import { PendingWork } from './pending-work.js'
import { PROGRESS_PACKET } from './reply.js'
import type { Outlet, ServerContext } from './session-context.js'
import { Session } from './session.js'
import { PacketReader, SMFIC } from './wire.js'

/** Below this the packets of one burst are copied together: one write costs more than the copy. */
const JOINED_BYTES = 16_384

const NOTHING = Buffer.alloc(0)

/**
 * One socket: reads packets for the session as long as it can take them, writes what it sends, once
 * per burst, and looks at the deadlines.
 */
export class Connection implements Outlet, Watched {
  readonly id: number
  readonly #socket: Socket
  readonly #context: ServerContext
  readonly #deadlines: Deadlines
  readonly #reader: PacketReader
  readonly #pending: PendingWork
  readonly #session: Session
  readonly #closed: () => void
  /** What came while the session was waiting. */
  #backlog: Buffer = NOTHING
  #outgoing: Buffer[] = []
  #isRunning = false
  #isClosed = false
  /** Time of the last bytes from the peer, and of the last change in what it has read. */
  #heardAt: number
  #readAt: number
  #unread = 0
  /** Since when a command has been incomplete. */
  #partialSince: number | undefined

  constructor(
    id: number,
    socket: Socket,
    context: ServerContext,
    deadlines: Deadlines,
    closed: () => void,
  ) {
    this.id = id
    this.#socket = socket
    this.#context = context
    this.#deadlines = deadlines
    this.#closed = closed
    this.#heardAt = deadlines.now
    this.#readAt = deadlines.now
    const { limits, handlers } = context
    const progress = (): void => this.#sendProgress()
    this.#pending = new PendingWork(deadlines, limits, progress, finish => this.#run(finish))
    // A piece that must be answered is handed over whole.
    this.#reader = new PacketReader(
      limits.packetBytes,
      handlers.streamBody === undefined ? SMFIC.BODY : 0,
    )
    this.#session = new Session({
      ...context,
      id,
      transport: socket.remoteFamily === undefined ? 'unix' : 'tcp',
      outlet: this,
      pending: this.#pending,
    })
    this.#listen()
  }

  /** True while a message is open or a handler is at work. */
  get isBusy(): boolean {
    return this.#session.isInMessage || this.#pending.isPending
  }

  /** Time since the peer was heard. */
  silentMs(now: number): number {
    return now - this.#heardAt
  }

  send(packet: Buffer): void {
    if (this.#isClosed) return
    this.#outgoing.push(packet)
    if (!this.#isRunning) this.#flush()
  }

  drained(): Promise<void> | undefined {
    this.#flush()
    if (!this.#socket.writableNeedDrain) return undefined
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#socket.off('drain', settle).off('close', settle)
        if (this.#isClosed) reject(new MilterError('ERR_MILTER_OVER', 'the connection is gone'))
        else resolve()
      }
      this.#socket.on('drain', settle).on('close', settle)
    })
  }

  end(): void {
    this.#flush()
    this.#gone('QUIT')
    this.#socket.setTimeout(this.#context.limits.stallMs, () => this.#socket.destroy())
    this.#socket.destroySoon()
  }

  /** Closes at once. */
  cut(reason: string): void {
    this.#gone(reason)
    this.#socket.destroy()
  }

  checkDeadlines(now: number): void {
    const { limits } = this.#context
    this.#pending.checkDeadlines(now)
    if (this.#isClosed) return
    const unread = this.#socket.writableLength
    if (unread === 0 || unread !== this.#unread) this.#readAt = now
    this.#unread = unread
    if (now - this.#readAt > limits.stallMs) this.#drop('stalled', 'the peer does not read')
    else if (this.#pending.isPending) this.#heardAt = now
    else if (this.#partialSince !== undefined && now - this.#partialSince > limits.stallMs) {
      this.#drop('stalled', 'a command was not complete in time')
    } else if (now - this.#heardAt > limits.idleMs) this.#drop('idle', 'silence')
  }

  #listen(): void {
    const socket = this.#socket
    socket.on('data', chunk => this.#hear(chunk))
    // A half-closed connection is a closed one: nobody is there to act on an answer.
    socket.on('end', () => this.cut('the peer closed the connection'))
    socket.on('close', () => {
      this.#gone('the connection is closed')
      this.#closed()
    })
    socket.on('error', error => {
      this.#log({ kind: 'socket-error', level: 'info', reason: 'the connection broke', error })
      this.#gone('the connection broke')
    })
    this.#deadlines.watch(this)
  }

  #hear(chunk: Buffer): void {
    this.#heardAt = this.#deadlines.now
    if (!this.#pending.isPending) {
      this.#reader.feed(chunk)
      this.#run()
      return
    }
    const isFirst = this.#backlog.length === 0 && this.#reader.isDry
    this.#backlog = isFirst ? chunk : Buffer.concat([this.#backlog, chunk])
    if (isFirst && isInterruption(chunk)) {
      this.#session.abandon('the peer did not wait for the answer')
      this.#run()
    } else {
      this.#socket.pause()
    }
  }

  /** Hands packets to the session until it must wait or there are no more; `finish` comes first. */
  #run(finish?: () => void): void {
    if (this.#isClosed) return
    if (this.#isRunning) {
      finish?.()
      return
    }
    this.#isRunning = true
    try {
      finish?.()
      this.#takeAll()
    } catch (error) {
      this.#refuse(error)
    }
    this.#isRunning = false
    if (this.#isClosed) return
    this.#flush()
    this.#notePartial()
    if (!this.#pending.isPending && this.#socket.isPaused()) this.#socket.resume()
  }

  #takeAll(): void {
    const reader = this.#reader
    const session = this.#session
    const pending = this.#pending
    while (!pending.isPending && !this.#isClosed) {
      if (reader.next()) {
        session.take(reader)
        this.#partialSince = undefined
      } else if (this.#backlog.length > 0) {
        reader.feed(this.#backlog)
        this.#backlog = NOTHING
      } else {
        return
      }
    }
  }

  #notePartial(): void {
    if (!this.#reader.isPartial) this.#partialSince = undefined
    else this.#partialSince ??= this.#deadlines.now
  }

  #sendProgress(): void {
    this.send(PROGRESS_PACKET)
  }

  #flush(): void {
    const packets = this.#outgoing
    if (packets.length === 0 || this.#isClosed) return
    this.#outgoing = []
    const [first] = packets
    if (packets.length === 1) this.#socket.write(first as Buffer)
    else this.#writeAll(packets)
  }

  #writeAll(packets: readonly Buffer[]): void {
    let size = 0
    for (const packet of packets) size += packet.length
    if (size <= JOINED_BYTES) {
      this.#socket.write(Buffer.concat(packets, size))
      return
    }
    this.#socket.cork()
    for (const packet of packets) this.#socket.write(packet)
    this.#socket.uncork()
  }

  /** The peer broke the protocol, or we did: either way the stream cannot be trusted any more. */
  #refuse(error: unknown): void {
    this.#context.counters.protocolErrors += 1
    const isPeer = error instanceof MilterError
    const reason = isPeer ? error.message : 'the state machine failed'
    this.#log({ kind: 'protocol-error', level: isPeer ? 'warn' : 'error', reason, error })
    this.cut(reason)
  }

  #drop(kind: 'idle' | 'stalled', reason: string): void {
    this.#log({ kind, level: 'info', reason })
    this.cut(reason)
  }

  #gone(reason: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#deadlines.unwatch(this)
    this.#session.close(reason)
  }

  #log(event: Omit<MilterEvent, 'connection' | 'queueId'>): void {
    this.#context.log({ ...event, connection: this.id, queueId: this.#session.queueId })
  }
}

/** ABORT, QUIT or QUIT_NC, which an MTA may send instead of waiting for an answer. */
function isInterruption(chunk: Buffer): boolean {
  if (chunk.length < 5 || chunk.readUInt32BE(0) !== 1) return false
  return chunk[4] === SMFIC.ABORT || chunk[4] === SMFIC.QUIT || chunk[4] === SMFIC.QUIT_NC
}
