import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { Test } from 'tap'
import type { NameServer } from '../../src/dns/model.js'

export interface HostileAnswers {
  /** Messages to send for a question; each as it is. */
  readonly udp?: (query: Buffer, from: RemoteInfo) => readonly Buffer[]
  /** What is done with a connection and its first question, without the length. */
  readonly tcp?: (query: Buffer, socket: Socket) => void
}

/** A name server that sends whatever a test wants, and how often it was asked. */
export async function hostileNameServer(
  t: Test,
  answers: HostileAnswers,
): Promise<NameServer & { readonly asked: () => number }> {
  let asked = 0
  const tcp = createServer(socket => {
    socket.on('error', () => socket.destroy())
    socket.once('data', chunk => {
      asked += 1
      answers.tcp?.(chunk.subarray(2), socket)
    })
  })
  tcp.listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const bound = tcp.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  const udp = createSocket('udp4')
  udp.on('message', (query, from) => {
    asked += 1
    for (const reply of answers.udp?.(query, from) ?? []) udp.send(reply, from.port, from.address)
  })
  udp.bind(bound.port, '127.0.0.1')
  await once(udp, 'listening')
  t.teardown(() => {
    udp.close()
    tcp.close()
  })
  return { address: '127.0.0.1', port: bound.port, tls: undefined, asked: () => asked }
}
