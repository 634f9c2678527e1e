import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { TLSSocket } from 'node:tls'
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server'

import { Arrivals, type Arrival } from './arrivals.js'
import type { Certificate } from './certificates.js'
import { Moods, type Mood } from './receiver-mood.js'

export type { Arrival } from './arrivals.js'

export interface ReceiverOptions {
  /** For people: `mx.lab.example`. */
  readonly name: string
  /** A loopback address; each receiver can have one of its own. */
  readonly address?: string
  /** A free one is taken when it is not given. */
  readonly port?: number
  /** STARTTLS is offered with this certificate, TLS 1.2 or better; absent: no TLS at all. */
  readonly certificate?: Certificate
  /** Called for each message before it is accepted; when it throws, the sender gets a 451. */
  readonly onArrival?: (arrival: Arrival) => void | Promise<void>
}

export interface Receiver {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Everything that arrived, in order. */
  readonly arrivals: readonly Arrival[]
  /** The first message to an address that this has not given before; waits for it (20 s). */
  mailTo(recipient: string, deadlineMs?: number): Promise<Arrival>
  /** Changes how it behaves. */
  become(mood: Mood): Promise<void>
  close(): Promise<void>
}

const MAX_MESSAGE_BYTES = 256 * 1024 * 1024
const IDLE_MS = 60_000

/** Starts a mail server that takes everything, unless told otherwise, and remembers how it came. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { name, address = '127.0.0.1' } = options
  const arrivals = new Arrivals()
  const moods = new Moods()
  const start = async (port: number): Promise<Server> => listen(options, { arrivals, moods }, port)
  let server = await start(options.port ?? 0)
  const { port } = server
  return {
    name,
    address,
    port,
    arrivals: arrivals.all,
    mailTo: (recipient, deadlineMs) => arrivals.next(recipient, deadlineMs),
    become: async mood => {
      const wasAway = moods.now === 'away'
      moods.become(mood)
      if (mood === 'away') await server.close()
      else if (wasAway) server = await start(port)
    },
    close: () => server.close(),
  }
}

interface Server {
  readonly port: number
  close(): Promise<void>
}

interface Memory {
  readonly arrivals: Arrivals
  readonly moods: Moods
}

async function listen(options: ReceiverOptions, memory: Memory, wanted: number): Promise<Server> {
  const { address = '127.0.0.1' } = options
  const sockets = new Map<number, Socket>()
  const cut = ({ remotePort }: SMTPServerSession): void => void sockets.get(remotePort)?.destroy()
  const server = new SMTPServer({ ...settings(options), ...answers(options, memory, cut) })
  server.server.on('connection', (socket: Socket) => {
    const from = socket.remotePort ?? 0
    sockets.set(from, socket)
    socket.once('close', () => sockets.delete(from))
  })
  const port = await bind(server, wanted, address)
  // A peer that goes away in mid-handshake is the peer's affair.
  server.on('error', () => undefined)
  return {
    port,
    close: async () => {
      const closed = new Promise<void>(done => server.close(() => done()))
      for (const socket of sockets.values()) socket.destroy()
      await closed
    },
  }
}

function settings({ name, certificate }: ReceiverOptions): SMTPServerOptions {
  return {
    name,
    banner: 'sandbox receiver',
    size: MAX_MESSAGE_BYTES,
    socketTimeout: IDLE_MS,
    closeTimeout: 200,
    logger: false,
    authOptional: true,
    disableReverseLookup: true,
    hideDSN: false,
    // Its strict reading knows no address of other letters than ours.
    lenientAddressParsing: true,
    disabledCommands: certificate === undefined ? ['AUTH', 'STARTTLS'] : ['AUTH'],
    ...(certificate === undefined ? {} : { ...certificate, minVersion: 'TLSv1.2' }),
  }
}

function answers(
  options: ReceiverOptions,
  { arrivals, moods }: Memory,
  cut: (session: SMTPServerSession) => void,
): SMTPServerOptions {
  // Keyed by the id of the session, which outlives STARTTLS.
  const secured = new Map<string, Arrival['tls']>()
  return {
    onConnect: (_, done) => void moods.judge('connection').then(() => done(), done),
    onMailFrom: (_, __, done) => void moods.judge('sender').then(() => done(), done),
    onRcptTo: (to, _, done) => void moods.judge('recipient', to.address).then(() => done(), done),
    onSecure(socket, session, done) {
      if (socket instanceof TLSSocket) {
        const version = socket.getProtocol() ?? 'unknown'
        secured.set(session.id, { version, cipher: socket.getCipher().standardName })
      }
      done()
    },
    onClose(session) {
      secured.delete(session.id)
    },
    onData(stream, session, done) {
      buffer(stream)
        .then(async message => {
          if (stream.sizeExceeded) throw new Error('message too large')
          await moods.judge('message')
          const confirmed = moods.now !== 'cutting'
          const arrival: Arrival = {
            receiver: options.name,
            at: new Date(),
            confirmed,
            message,
            ...envelope(session),
            tls: secured.get(session.id),
          }
          await options.onArrival?.(arrival)
          arrivals.add(arrival)
          if (confirmed) done(null, `${options.name} has it`)
          else cut(session)
        })
        .catch((reason: unknown) => done(refusal(reason)))
    },
  }
}

function envelope({ envelope: { mailFrom, rcptTo } }: SMTPServerSession) {
  return {
    sender: mailFrom === false ? '' : mailFrom.address,
    senderParameters: mailFrom === false ? {} : parameters(mailFrom),
    recipients: rcptTo.map(({ address }) => address),
    recipientParameters: rcptTo.map(parameters),
  }
}

function parameters({ args }: SMTPServerAddress): Readonly<Record<string, string | true>> {
  return { ...(args as Record<string, string | true>) }
}

function refusal(reason: unknown): Error {
  const error = reason instanceof Error ? reason : new Error(String(reason))
  return 'responseCode' in error ? error : Object.assign(error, { responseCode: 451 })
}

async function bind(server: SMTPServer, port: number, address: string): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(port, address, () => {
      server.off('error', fail)
      done()
    })
  })
  const bound = server.server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the receiver has no port')
  return bound.port
}
