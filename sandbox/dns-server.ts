import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import {
  AUTHENTIC_DATA,
  AUTHORITATIVE_ANSWER,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
  decode,
  encode,
  type Packet,
  type Question,
} from 'dns-packet'

import { lookUp, type DnsName, type DnsReply } from './dns-names.js'

export interface DnsServerOptions {
  readonly address?: string
  /** 53; another one for whoever is not in a network of its own. */
  readonly port?: number
  readonly names?: Readonly<Record<string, DnsName>>
}

export interface DnsServer {
  readonly port: number
  /** Every question so far, as `MX b.test`. */
  readonly questions: readonly string[]
  /** Says from now on what is known of a name; undefined: it does not exist. */
  set(name: string, known: DnsName | undefined): void
  close(): Promise<void>
}

const CODES = { noerror: 0, servfail: 2, nxdomain: 3 } as const
/** What fits into a datagram where the question does not say more (RFC 1035, section 4.2.1). */
const PLAIN_DATAGRAM = 512

/**
 * Starts a name server that knows some names and that no other exists.
 *
 * It answers as a resolver that validates would: with the AD bit where a name is said to be secure.
 * There are no signatures in it. The root exists and is secure, since Postfix asks for it to learn
 * whether its resolver validates.
 */
export async function startDnsServer(options: DnsServerOptions = {}): Promise<DnsServer> {
  const { address = '127.0.0.1', port = 53 } = options
  const names = new Map<string, DnsName>([['', { ns: ['ns.test'], secure: true }]])
  const set = (name: string, known: DnsName | undefined): void => {
    if (known === undefined) names.delete(lower(name))
    else names.set(lower(name), known)
  }
  for (const [name, known] of Object.entries(options.names ?? {})) set(name, known)
  const questions: string[] = []
  const answer = (bytes: Buffer, limit: number): Buffer | undefined => {
    const query = decode(bytes)
    const [question] = query.questions ?? []
    if (question === undefined) return undefined
    questions.push(`${question.type} ${question.name}`)
    return replyTo(query, question, lookUp(names, lower(question.name), question.type), limit)
  }
  const tcp = await listenTcp(answer, port, address)
  const bound = tcp.address()
  if (bound === null || typeof bound === 'string') throw new Error('the name server has no port')
  const udp = await listenUdp(answer, bound.port, address)
  return {
    port: bound.port,
    questions,
    set,
    close: async () => {
      udp.close()
      tcp.close()
      await Promise.all([once(udp, 'close'), once(tcp, 'close')])
    },
  }
}

/** Bytes of a question to bytes of the answer, of at most `limit`; undefined: silence. */
type Answerer = (bytes: Buffer, limit: number) => Buffer | undefined

function replyTo(
  query: Packet,
  question: Question,
  reply: DnsReply,
  limit: number,
): Buffer | undefined {
  if (reply.code === 'silent') return undefined
  const flags =
    CODES[reply.code] |
    RECURSION_AVAILABLE |
    ((query.flags ?? 0) & RECURSION_DESIRED) |
    (reply.secure ? AUTHENTIC_DATA : AUTHORITATIVE_ANSWER)
  const packet: Packet = { type: 'response', id: query.id ?? 0, questions: [question] }
  const bytes = encode({ ...packet, flags, answers: [...reply.answers] })
  if (bytes.length <= Math.max(limit, payloadSize(query))) return bytes
  return encode({ ...packet, flags: flags | TRUNCATED_RESPONSE })
}

function payloadSize(query: Packet): number {
  const option = query.additionals?.find(({ type }) => type === 'OPT')
  return option?.type === 'OPT' ? option.udpPayloadSize : 0
}

async function listenUdp(answer: Answerer, port: number, address: string): Promise<UdpSocket> {
  const socket = createSocket('udp4')
  socket.on('message', (bytes, from) => {
    const reply = answer(bytes, PLAIN_DATAGRAM)
    if (reply !== undefined) socket.send(reply, from.port, from.address)
  })
  socket.bind(port, address)
  await once(socket, 'listening')
  return socket
}

async function listenTcp(answer: Answerer, port: number, address: string): Promise<Server> {
  const server = createServer(socket => answerStream(socket, answer))
  server.listen(port, address)
  await once(server, 'listening')
  return server
}

/** Over TCP each message stands behind its length in two bytes (RFC 1035, section 4.2.2). */
function answerStream(socket: Socket, answer: Answerer): void {
  let pending = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', chunk => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE()) {
      const end = 2 + pending.readUInt16BE()
      const reply = answer(pending.subarray(2, end), 0xffff)
      pending = pending.subarray(end)
      if (reply === undefined) continue
      const length = Buffer.alloc(2)
      length.writeUInt16BE(reply.length)
      socket.write(Buffer.concat([length, reply]))
    }
  })
}

function lower(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
