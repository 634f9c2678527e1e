import { randomInt } from 'node:crypto'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { encodeQuestion, readReply } from './message.js'
import type { Exchange, NameServer, Question, Reply } from './model.js'

/** A connection that nobody asks over is given up; the server would close it soon after. */
const IDLE_MS = 5_000
const MAX_PENDING = 1000

interface Pending {
  readonly question: Question
  readonly done: (reply: Reply | Error) => void
}

/**
 * Questions over one TCP or TLS connection, several at a time, each behind its length.
 *
 * Source  RFC 7766, sections 6.2.1 and 8; RFC 7858
 */
export class StreamExchange implements Exchange {
  readonly #server: NameServer
  readonly #authorities: readonly string[] | undefined
  readonly #pending = new Map<number, Pending>()
  #socket: Socket | undefined
  #received: Buffer = Buffer.alloc(0)

  /** `authorities`: whom to believe about the server's certificate, as PEM; else the usual ones. */
  constructor(server: NameServer, authorities?: readonly string[]) {
    this.#server = server
    this.#authorities = authorities
  }

  ask(question: Question, timeoutMs: number): Promise<Reply> {
    if (this.#pending.size >= MAX_PENDING)
      return Promise.reject(new Error('too many questions at a time'))
    let id = randomInt(0x10000)
    while (this.#pending.has(id)) id = randomInt(0x10000)
    return new Promise<Reply>((done, fail) => {
      const timer = setTimeout(() => end(new Error('no answer in time')), timeoutMs)
      const end = (result: Reply | Error): void => {
        clearTimeout(timer)
        this.#pending.delete(id)
        if (result instanceof Error) fail(result)
        else done(result)
      }
      this.#pending.set(id, { question, done: end })
      const message = encodeQuestion(question, id)
      const length = Buffer.alloc(2)
      length.writeUInt16BE(message.length)
      this.#open().write(Buffer.concat([length, message]))
    })
  }

  close(): void {
    this.#end(this.#socket, new Error('closed'))
  }

  /** What is written before the connection is there waits in the socket. */
  #open(): Socket {
    if (this.#socket !== undefined) return this.#socket
    const { address: host, port, tls } = this.#server
    const ca = this.#authorities === undefined ? {} : { ca: [...this.#authorities] }
    const servername = tls?.serverName
    const socket =
      tls === undefined
        ? connectTcp({ host, port })
        : connectTls({ host, port, ...(servername === undefined ? {} : { servername }), ...ca })
    this.#socket = socket
    this.#received = Buffer.alloc(0)
    socket.setTimeout(IDLE_MS, () => this.#end(socket, new Error('the connection fell silent')))
    socket.on('data', chunk => this.#take(chunk))
    socket.on('error', error => this.#end(socket, error))
    socket.on('close', () => this.#end(socket, new Error('the connection was closed')))
    return socket
  }

  #end(socket: Socket | undefined, reason: Error): void {
    if (socket === undefined || this.#socket !== socket) return
    this.#socket = undefined
    this.#received = Buffer.alloc(0)
    socket.destroy()
    const waiting = [...this.#pending.values()]
    for (const { done } of waiting) done(reason)
  }

  /** A message is at most 65535 bytes long, so what is held is bounded. */
  #take(chunk: Buffer): void {
    let bytes = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
      const end = 2 + bytes.readUInt16BE(0)
      this.#answer(bytes.subarray(2, end))
      bytes = bytes.subarray(end)
    }
    this.#received = bytes
  }

  #answer(message: Buffer): void {
    if (message.length < 2) return
    const id = message.readUInt16BE(0)
    const asked = this.#pending.get(id)
    if (asked === undefined) return
    const reply = readReply(message, asked.question, id)
    if (reply !== undefined) asked.done(reply)
  }
}
