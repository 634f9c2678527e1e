import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'
import { Connection } from './connection.js'
import { Deadlines, type MilterClock, SYSTEM_CLOCK } from './deadlines.js'
import { type ListenTarget, openListener } from './listening.js'
import { type MilterServerOptions, serverContext, tickOf } from './server-context.js'
import type { ServerCounters } from './server-counters.js'
import type { ServerContext } from './session-context.js'

/** How long a drain waits, in milliseconds. */
export interface DrainOptions {
  /** For messages in progress; then they are cut. */
  readonly deadlineMs?: number
  /** For a quiet connection to be used again or closed by the MTA: cutting it costs the rest of the
   *  client's SMTP session. */
  readonly idleMs?: number
}

export interface MilterStats extends Readonly<ServerCounters> {
  readonly connections: number
  readonly bodyMemory: number
}

const KEEP_ALIVE_MS = 60_000
const DEFAULT_DRAIN_MS = 30_000
const DEFAULT_DRAIN_IDLE_MS = 1000

/** Makes a milter server; it serves once `listen` is called, on as many sockets as wanted. */
export function createMilterServer(options: MilterServerOptions): MilterServer {
  return new MilterServer(options)
}

export class MilterServer {
  readonly #context: ServerContext
  readonly #clock: MilterClock
  readonly #deadlines: Deadlines
  readonly #listeners = new Set<Server>()
  readonly #connections = new Set<Connection>()
  #lastId = 0
  #isDraining = false
  #drained: (() => void) | undefined

  constructor(options: MilterServerOptions) {
    this.#context = serverContext(options)
    this.#clock = options.clock ?? SYSTEM_CLOCK
    this.#deadlines = new Deadlines(this.#clock, tickOf(this.#context.limits))
  }

  /** Connections open now. */
  get connections(): number {
    return this.#connections.size
  }

  stats(): MilterStats {
    const { counters, budget } = this.#context
    return Object.freeze({
      ...counters,
      replies: Object.freeze({ ...counters.replies }),
      connections: this.connections,
      bodyMemory: budget.used,
    })
  }

  /**
   * Opens one more socket.
   *
   * Gives   its address: of TCP with the port, of a socket file the path.
   * Throws  ERR_MILTER_LISTEN
   */
  async listen(target: ListenTarget): Promise<AddressInfo | string> {
    const listener = createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    })
    listener.on('connection', socket => this.#accept(socket))
    await openListener(listener, target)
    listener.on('error', error =>
      this.#context.log({
        kind: 'socket-error',
        level: 'error',
        connection: 0,
        reason: 'the listening socket failed',
        error,
      }),
    )
    this.#listeners.add(listener)
    return listener.address() ?? ''
  }

  /**
   * Drains: accepts no more connections, lets messages in progress finish, closes quiet connections,
   * and cuts what is left at the deadline.
   */
  async close({
    deadlineMs = DEFAULT_DRAIN_MS,
    idleMs = DEFAULT_DRAIN_IDLE_MS,
  }: DrainOptions = {}): Promise<void> {
    this.#isDraining = true
    const listeners = [...this.#listeners].map(
      listener => new Promise<void>(resolve => listener.close(() => resolve())),
    )
    this.#listeners.clear()
    await this.#drain(deadlineMs, idleMs)
    await Promise.all(listeners)
  }

  async #drain(deadlineMs: number, idleMs: number): Promise<void> {
    const start = this.#clock.now()
    const look = (): void => this.#closeQuiet(start, deadlineMs, idleMs)
    const stop = this.#clock.every(Math.max(1, Math.min(100, idleMs, deadlineMs)), look)
    try {
      await new Promise<void>(resolve => {
        this.#drained = resolve
        look()
        if (this.#connections.size === 0) resolve()
      })
    } finally {
      stop()
    }
  }

  #closeQuiet(start: number, deadlineMs: number, idleMs: number): void {
    const now = this.#clock.now()
    const isOver = now - start >= deadlineMs
    for (const connection of this.#connections) {
      if (isOver && connection.isBusy) this.#cut(connection)
      else if (isOver || (!connection.isBusy && connection.silentMs(now) >= idleMs)) {
        connection.cut('the server is closing')
      }
    }
  }

  #cut(connection: Connection): void {
    const reason = 'a message was in progress at the end of the drain'
    this.#context.log({ kind: 'cut', level: 'warn', connection: connection.id, reason })
    connection.cut('the server is closing')
  }

  #accept(socket: Socket): void {
    const { counters, limits, log } = this.#context
    if (this.#isDraining || this.#connections.size >= limits.connections) {
      counters.refused += 1
      const reason = `more than ${limits.connections} connections, or closing`
      log({ kind: 'connection-limit', level: 'warn', connection: 0, reason })
      socket.on('error', () => socket.destroy())
      socket.destroy()
      return
    }
    counters.accepted += 1
    this.#lastId += 1
    const connection = new Connection(this.#lastId, socket, this.#context, this.#deadlines, () => {
      this.#connections.delete(connection)
      if (this.#connections.size === 0) this.#drained?.()
    })
    this.#connections.add(connection)
  }
}
