import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { Connection } from '../../src/milter/connection.js'
import { Deadlines, type MilterClock } from '../../src/milter/deadlines.js'
import type { MilterEvent } from '../../src/milter/event.js'
import type { MilterHandlers, Transaction } from '../../src/milter/handlers.js'
import type { MilterLimits } from '../../src/milter/limits.js'
import { type FinalReply, replies } from '../../src/milter/reply.js'
import type { ServerContext } from '../../src/milter/session-context.js'
import { serverContext, tickOf } from '../../src/milter/server-context.js'
import type { SpoolFile } from '../../src/milter/spool-file.js'
import { PacketReader, SMFIC, encodePacket } from '../../src/milter/wire.js'

/** Time that stands still until a test moves it. */
export class HeldClock implements MilterClock {
  #now = 0
  #timers: { readonly every: number; next: number; readonly run: () => void }[] = []

  now(): number {
    return this.#now
  }

  every(ms: number, run: () => void): () => void {
    const timer = { every: ms, next: this.#now + ms, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const due = this.#timers.filter(timer => timer.next <= end).sort((a, b) => a.next - b.next)[0]
      if (due === undefined) break
      this.#now = due.next
      due.next += due.every
      due.run()
    }
    this.#now = end
  }

  get isIdle(): boolean {
    return this.#timers.length === 0
  }
}

/** As much of a socket as a connection uses, without a wire. */
export class FakeSocket extends EventEmitter {
  readonly remoteFamily: string | undefined
  written: Buffer[] = []
  writes = 0
  writableLength = 0
  writableNeedDrain = false
  isEnded = false
  isDestroyed = false
  #isPaused = false

  constructor(transport: 'unix' | 'tcp') {
    super()
    this.remoteFamily = transport === 'tcp' ? 'IPv4' : undefined
  }

  write(bytes: Buffer): boolean {
    if (this.isEnded || this.isDestroyed) throw new Error('write after end')
    this.writes += 1
    this.written.push(Buffer.from(bytes))
    return !this.writableNeedDrain
  }

  cork(): void {
    this.writes -= 1
  }

  uncork(): void {
    this.writes += 1
  }

  pause(): this {
    this.#isPaused = true
    return this
  }

  resume(): this {
    this.#isPaused = false
    return this
  }

  isPaused(): boolean {
    return this.#isPaused
  }

  /** Milliseconds after which a socket that was ended is destroyed. */
  timeoutMs = 0

  setTimeout(ms: number): this {
    this.timeoutMs = ms
    return this
  }

  destroySoon(): void {
    this.isEnded = true
    this.emit('close')
  }

  destroy(): this {
    if (this.isDestroyed) return this
    this.isDestroyed = true
    this.emit('close')
    return this
  }
}

export interface PeerOptions {
  readonly limits?: Partial<MilterLimits>
  readonly transport?: 'unix' | 'tcp'
  readonly openSpool?: () => Promise<SpoolFile>
}

/** The MTA's end of a connection without a wire: says packets, reads what comes back. */
export class Peer {
  readonly socket: FakeSocket
  readonly clock = new HeldClock()
  readonly events: MilterEvent[] = []
  readonly context: ServerContext
  readonly connection: Connection
  isClosed = false

  constructor(handlers: MilterHandlers, options: PeerOptions = {}) {
    const base = serverContext({
      handlers,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      log: event => this.events.push(event),
    })
    this.context =
      options.openSpool === undefined ? base : { ...base, openSpool: options.openSpool }
    this.socket = new FakeSocket(options.transport ?? 'unix')
    this.connection = new Connection(
      1,
      this.socket as unknown as Socket,
      this.context,
      new Deadlines(this.clock, tickOf(this.context.limits)),
      () => {
        this.isClosed = true
      },
    )
  }

  /** Sends bytes as one read. */
  say(...bytes: readonly Buffer[]): this {
    this.socket.emit('data', Buffer.concat(bytes))
    return this
  }

  /** What came back since the last call, as letter and payload. */
  heard(): string[] {
    const packets = packetsIn(Buffer.concat(this.socket.written))
    this.socket.written = []
    return packets
  }

  kinds(): string[] {
    return this.events.map(event => event.kind)
  }
}

/** Packets as a letter followed by the payload in latin1, NUL shown as `|`. */
export function packetsIn(bytes: Buffer): string[] {
  const reader = new PacketReader(1 << 28)
  reader.feed(bytes)
  const packets: string[] = []
  while (reader.next()) {
    const payload = reader.buffer.toString('latin1', reader.start, reader.end)
    packets.push(String.fromCharCode(reader.command) + payload.replaceAll('\0', '|'))
  }
  if (!reader.isDry) packets.push('(incomplete)')
  return packets
}

/** A packet written as packetsIn shows it. */
export function packet(text: string): Buffer {
  return encodePacket(text.charCodeAt(0), text.slice(1).replaceAll('|', '\0'))
}

export function optneg(version = 6, actions = 0x1ff, protocol = 0x1fffff): Buffer {
  const numbers = Buffer.alloc(12)
  numbers.writeUInt32BE(version, 0)
  numbers.writeUInt32BE(actions, 4)
  numbers.writeUInt32BE(protocol, 8)
  return encodePacket(SMFIC.OPTNEG, numbers)
}

/** What Postfix 3.7.11 sends for one message, macros included. */
export const POSTFIX_MESSAGE: readonly Buffer[] = [
  'DCj|pf.test|{daemon_name}|pf.test|v|Postfix 3.7.11|_|unknown [127.0.0.1]|',
  'C[127.0.0.1]|4\u0030\u0039127.0.0.1|',
  'DH',
  'Hclient.test|',
  'DM{mail_addr}|a@ex.test|',
  'M<a@ex.test>|SIZE=100|',
  'DR{rcpt_addr}|b@sink.test|',
  'R<b@sink.test>|',
  'DRi|4jXq1|{rcpt_addr}|c@sink.test|',
  'R<c@sink.test>|NOTIFY=NEVER|',
  'DTi|4jXq1|',
  'T',
  'DLi|4jXq1|',
  'LFrom| a@ex.test|',
  'LSubject| one\n\ttwo|',
  'LX-Empty||',
  'DNi|4jXq1|',
  'N',
  'DBi|4jXq1|',
  'Bline one\r\n',
  'Bline two\r\n',
  'DEi|4jXq1|',
  'E',
].map(packet)

/** Lets promises settle. */
export async function settled(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
}

/** A promise that the test settles. */
export interface Held {
  readonly answer: Promise<FinalReply>
  readonly give: (reply: FinalReply) => void
  readonly fail: (error: Error) => void
}

export function held(): Held {
  let give: Held['give'] = () => undefined
  let fail: Held['fail'] = () => undefined
  const answer = new Promise<FinalReply>((resolve, reject) => {
    give = resolve
    fail = reject
  })
  return { answer, give, fail }
}

/** A peer in the middle of a message: sender and one recipient are given. */
export function started(handlers: MilterHandlers, options: PeerOptions = {}): Peer {
  const peer = new Peer(handlers, options)
  peer.say(optneg(), packet('Ch|U'), packet('M<a>|'), packet('R<b>|')).heard()
  return peer
}

/** A handler that makes edits and then gives `reply`. */
export const edited = (
  edit: (tx: Transaction) => void,
  reply: FinalReply = replies.continue,
): MilterHandlers => ({
  message(tx) {
    edit(tx)
    return reply
  },
})
