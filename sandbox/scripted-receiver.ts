import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from 'node:tls'

/** How a server of the lab differs from one that is in order. */
export interface Manner {
  /** In place of the banner: a line, or whatever is done with the connection. */
  readonly banner?: string | ((socket: Socket) => void)
  /** In place of the whole EHLO response, the last line without line end. */
  readonly ehlo?: string | ((socket: Socket) => void)
  /** In place of the answer to STARTTLS; a function is in charge from there on. */
  readonly starttls?: string | ((socket: Socket) => void)
  /** Carries out within TLS what came in the clear behind STARTTLS. */
  readonly takesInjected?: boolean
}

export interface MailServerOptions {
  /** A loopback address; each server can have one of its own. */
  readonly address: string
  /** 0: a free one. */
  readonly port: number
  readonly name: string
  /** Without it STARTTLS is not offered. */
  readonly tls?: TlsOptions
  /** DER of the OCSP response that is stapled. */
  readonly staple?: Buffer
  readonly manner?: Manner
}

export interface MailServer {
  readonly address: string
  readonly port: number
  /** Every connection so far. */
  readonly connections: () => number
  /** The most that were open at the same time. */
  readonly atOnce: () => number
  /** Recipients of accepted messages, with what the message came by: `TLSv1.3` or `clear`. */
  readonly arrivals: readonly string[]
  close(): Promise<void>
}

/**
 * Starts a mail server that speaks just enough SMTP to be probed and to take mail, and that can be
 * told to do any step wrong.
 */
export async function startMailServer(options: MailServerOptions): Promise<MailServer> {
  const arrivals: string[] = []
  const open = new Set<Socket>()
  let connections = 0
  let atOnce = 0
  const secure = options.tls === undefined ? undefined : tlsServer(options, arrivals)
  const server = createServer(socket => {
    connections += 1
    open.add(socket)
    atOnce = Math.max(atOnce, open.size)
    socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket))
    new Dialogue(socket, options, arrivals, secure).begin()
  })
  server.listen(options.port, options.address)
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port')
  return {
    address: options.address,
    port: bound.port,
    connections: () => connections,
    atOnce: () => atOnce,
    arrivals,
    close: async () => {
      const closed = new Promise(done => server.close(done))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

function tlsServer(options: MailServerOptions, arrivals: string[]): Server {
  const server = createTlsServer({ ...options.tls })
  const { staple } = options
  if (staple !== undefined)
    server.on('OCSPRequest', (_, __, answer: (error: null, staple: Buffer) => void) =>
      answer(null, staple),
    )
  server.on('tlsClientError', () => undefined)
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => socket.destroy())
    new Dialogue(socket, options, arrivals, undefined).listen()
  })
  return server
}

/** The server's side of one connection, clear or secure. */
class Dialogue {
  readonly #socket: Socket
  readonly #options: MailServerOptions
  readonly #arrivals: string[]
  readonly #secure: Server | undefined
  #pending = ''
  #recipients: string[] = []
  #inData = false

  constructor(
    socket: Socket,
    options: MailServerOptions,
    arrivals: string[],
    secure: Server | undefined,
  ) {
    this.#socket = socket
    this.#options = options
    this.#arrivals = arrivals
    this.#secure = secure
  }

  begin(): void {
    const { banner = `220 ${this.#options.name} ESMTP` } = this.#options.manner ?? {}
    if (typeof banner === 'function') banner(this.#socket)
    else {
      this.#say(banner)
      this.listen()
    }
  }

  listen(): void {
    this.#socket.on('data', this.#take)
  }

  readonly #take = (chunk: Buffer): void => {
    this.#pending += chunk.toString('latin1')
    for (;;) {
      const end = this.#pending.indexOf('\n')
      if (end < 0 || this.#socket.destroyed) return
      const line = this.#pending.slice(0, end).replace(/\r$/, '')
      this.#pending = this.#pending.slice(end + 1)
      if (!this.#obey(line)) return
    }
  }

  /** Gives   whether it goes on listening. */
  #obey(line: string): boolean {
    if (this.#inData) return this.#takeData(line)
    const { manner = {} } = this.#options
    const word = line.split(/[ :]/)[0]?.toUpperCase() ?? ''
    switch (word) {
      case 'EHLO':
        return this.#answer(manner.ehlo ?? this.#greeting())
      case 'STARTTLS':
        return this.#startTls()
      case 'MAIL':
        this.#recipients = []
        break
      case 'RCPT':
        this.#recipients.push(/<([^>]*)>/.exec(line)?.[1] ?? line)
        break
      case 'DATA':
        this.#inData = true
        this.#say('354 go on')
        return true
      case 'QUIT':
        this.#socket.end('221 2.0.0 bye\r\n')
        return false
      default:
    }
    this.#say('250 2.0.0 ok')
    return true
  }

  #takeData(line: string): boolean {
    if (line !== '.') return true
    this.#inData = false
    const by = 'getProtocol' in this.#socket ? (this.#socket as TLSSocket).getProtocol() : 'clear'
    for (const recipient of this.#recipients) this.#arrivals.push(`${recipient} ${by}`)
    this.#say('250 2.0.0 taken')
    return true
  }

  #greeting(): string {
    const offered = this.#secure === undefined ? [] : ['STARTTLS']
    const words = [this.#options.name, ...offered, '8BITMIME', 'SIZE 10000000']
    return words.map((word, at) => `250${at === words.length - 1 ? ' ' : '-'}${word}`).join('\r\n')
  }

  #startTls(): boolean {
    const { manner = {} } = this.#options
    if (this.#secure === undefined && manner.starttls === undefined)
      return this.#answer('502 5.5.1 not here')
    this.#socket.off('data', this.#take)
    const { starttls = '220 2.0.0 go on' } = manner
    if (typeof starttls === 'function') {
      starttls(this.#socket)
      return false
    }
    this.#say(starttls)
    if (!starttls.startsWith('220')) {
      this.listen()
      return true
    }
    const injected = manner.takesInjected === true ? this.#pending : ''
    this.#pending = ''
    if (injected !== '')
      this.#secure?.once('secureConnection', (socket: TLSSocket) => {
        for (const _ of injected.trim().split('\n')) socket.write('250 2.0.0 ok\r\n')
      })
    this.#secure?.emit('connection', this.#socket)
    return false
  }

  #answer(what: string | ((socket: Socket) => void)): boolean {
    if (typeof what === 'string') this.#say(what)
    else {
      this.#socket.off('data', this.#take)
      what(this.#socket)
    }
    return typeof what === 'string'
  }

  #say(text: string): void {
    this.#socket.write(`${text}\r\n`)
  }
}
