import type { Socket } from 'node:net'
import type { OpenForTls } from '../server-auditor.js'
import { clientHello, type Offer } from './client-hello.js'
import { MAX_REPLY, readReply, type ServerReply } from './server-reply.js'
import { agreementOf } from './suites.js'

/** Records of one answer; more would only make us read the same again and again. */
const MAX_RECORDS = 300

/** What came of one hello. `no-connection`: the server does not let us ask. */
export type Answer = ServerReply | 'no-connection' | 'nothing'

/**
 * Sends one ClientHello on a connection of its own and reads what the server says to it.
 *
 * Gives   `nothing` when it says nothing that is TLS, or nothing in time
 */
export async function askHello(
  open: OpenForTls,
  offer: Offer,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const time = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const socket = await open(time)
  if (socket === undefined) return 'no-connection'
  try {
    return await exchange(socket, clientHello(offer), time)
  } finally {
    socket.destroy()
  }
}

function exchange(socket: Socket, hello: Buffer, signal: AbortSignal): Promise<Answer> {
  return new Promise(done => {
    const chunks: Buffer[] = []
    let size = 0
    let reply: ServerReply | undefined
    const end = (): void => {
      signal.removeEventListener('abort', end)
      socket.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close')
      done(reply === undefined || isEmpty(reply) ? 'nothing' : reply)
    }
    const gate = recordGate()
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (!gate.isWorthReading(chunk) && size <= MAX_REPLY) return
      reply = readReply(Buffer.concat(chunks, size), agreementOf) ?? reply
      if (reply?.isComplete === true || size > MAX_REPLY || gate.isOver()) end()
    })
    socket.on('error', end)
    socket.once('end', end)
    socket.once('close', end)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    else socket.resume().write(hello)
  })
}

const isEmpty = ({ hello, alert }: ServerReply): boolean =>
  hello === undefined && alert === undefined

/** Tells when another record is complete, so that nothing is read for the sake of single bytes. */
function recordGate(): { isWorthReading(chunk: Buffer): boolean; isOver(): boolean } {
  let head = Buffer.alloc(0)
  let left = 0
  let records = 0
  return {
    isWorthReading(chunk) {
      let hasEnded = false
      for (let at = 0; at < chunk.length;) {
        if (left > 0) {
          const taken = Math.min(left, chunk.length - at)
          at += taken
          left -= taken
        } else {
          const taken = Math.min(5 - head.length, chunk.length - at)
          head = Buffer.concat([head, chunk.subarray(at, at + taken)])
          at += taken
          if (head.length < 5) break
          left = head.readUInt16BE(3)
          head = Buffer.alloc(0)
          records += 1
        }
        if (left === 0 && head.length === 0) hasEnded = true
      }
      return hasEnded
    },
    isOver: () => records > MAX_RECORDS,
  }
}
