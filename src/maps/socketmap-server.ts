import { once } from 'node:events'
import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { netstring, NetstringReader } from './netstring.js'

export interface SocketmapOptions {
  /** Answers one request; what it throws becomes a temporary failure. */
  readonly answer: (request: string) => Promise<string>
  /** Told why a request could not be answered, or a connection was closed. */
  readonly onTrouble: (thrown: unknown) => void
  readonly maxConnections?: number
  /** A connection on which nothing comes is closed. */
  readonly idleMs?: number
}

export type SocketmapAddress =
  | { readonly path: string; readonly mode: number }
  | { readonly host: string; readonly port: number }

const MAX_CONNECTIONS = 500
/** Postfix closes its own end after 10 s without a question, and after 100 s in any case. */
const IDLE_MS = 5 * 60_000

/**
 * A server for Postfix's socketmap clients: one request after the other on each connection.
 *
 * Source  socketmap_table(5)
 */
export class SocketmapServer {
  readonly #options: SocketmapOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(options: SocketmapOptions) {
    this.#options = options
    this.#server = createServer(socket => this.#serve(socket))
    this.#server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS
  }

  /** Gives the port, for a port of 0. */
  async listen(address: SocketmapAddress): Promise<number | undefined> {
    if ('path' in address && (await isLeftBehind(address.path))) rmSync(address.path)
    const listening = once(this.#server, 'listening')
    this.#server.listen('path' in address ? { path: address.path } : address)
    await listening
    if ('path' in address) chmodSync(address.path, address.mode)
    const bound = this.#server.address()
    return bound === null || typeof bound === 'string' ? undefined : bound.port
  }

  async close(): Promise<void> {
    const closed = new Promise(done => this.#server.close(done))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.setTimeout(this.#options.idleMs ?? IDLE_MS, () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
    // Postfix goes away in the middle of things when it is reloaded.
    socket.on('error', () => socket.destroy())
    const reader = new NetstringReader()
    socket.on('data', bytes => {
      let requests: readonly string[]
      try {
        requests = reader.push(bytes)
      } catch (thrown) {
        this.#options.onTrouble(thrown)
        socket.destroy()
        return
      }
      if (requests.length === 0) return
      // What comes meanwhile waits in the socket, so that nobody can pile up requests here.
      socket.pause()
      void this.#answerAll(socket, requests).then(() => socket.resume())
    })
  }

  async #answerAll(socket: Socket, requests: readonly string[]): Promise<void> {
    for (const request of requests) {
      const answer = await this.#answer(request)
      if (socket.destroyed) return
      const isTaken = socket.write(netstring(answer), 'latin1')
      if (!isTaken) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
    }
  }

  async #answer(request: string): Promise<string> {
    try {
      return await this.#options.answer(request)
    } catch (thrown) {
      this.#options.onTrouble(thrown)
      return 'TEMP the policy cannot be had at the moment'
    }
  }
}

/** A socket that nobody answers at any more; one that answers, or another file, is left alone. */
function isLeftBehind(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return Promise.resolve(false)
  return new Promise(done => {
    const socket = connect(path)
    socket.on('connect', () => {
      socket.destroy()
      done(false)
    })
    socket.on('error', () => done(true))
  })
}
