import { type Socket, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import {
  type MilterEvent,
  type MilterHandlers,
  type MilterLimits,
  connectMilter,
  createMilterServer,
  encodeCommand,
  encodePacket,
  replies,
  sendMail,
} from '../../src/milter/index.js'
import { startFilterChild } from '../support/milter-child.js'

const MAIL = {
  sender: 'a@sender.test',
  recipients: ['x@rcpt.test'],
  message: Buffer.from('Subject: s\n\nbody\n'),
}

/** One session, as bytes: negotiation, envelope, a header field, a body, its end. */
const SESSION = Buffer.concat([
  encodePacket(0x4f, '\0\0\0\x06', '\0\0\x01\xff', '\0\x1f\xff\xff'),
  encodeCommand({ kind: 'connect', host: 'h', family: 'inet', address: '127.0.0.1', port: 9 }),
  encodeCommand({ kind: 'helo', name: 'h' }),
  encodeCommand({ kind: 'mail', address: '<a@sender.test>', parameters: ['SIZE=1'] }),
  encodeCommand({ kind: 'rcpt', address: '<x@rcpt.test>', parameters: [] }),
  encodeCommand({ kind: 'data' }),
  encodeCommand({ kind: 'header', name: 'Subject', value: ' s' }),
  encodeCommand({ kind: 'eoh' }),
  encodeCommand({ kind: 'body', chunk: Buffer.from('body\r\n') }),
  encodeCommand({ kind: 'end-of-message', chunk: Buffer.alloc(0) }),
])

/** The end of what comes back: one added field, then "continue". */
const ANSWER = Buffer.concat([encodePacket(0x68, 'X-Seen\0 6\0'), encodePacket(0x63)]).toString(
  'latin1',
)

const MARKING: MilterHandlers = {
  message: tx => {
    tx.edits.addHeader('X-Seen', String(tx.body.size))
    return replies.continue
  },
}

await t.test('a peer that writes a byte at a time is served like any other', async t => {
  const { port, events } = await serve(t, MARKING)
  const socket = await dial(t, port)
  const heard = collect(socket)
  for (const byte of SESSION) {
    socket.write(Buffer.of(byte))
    await new Promise(setImmediate)
  }
  await until(() => heard().endsWith(ANSWER))
  t.ok(heard().endsWith(ANSWER))
  t.same(events, [])
})

await t.test('a peer that shuts its sending side has gone: its message is given up', async t => {
  let isGivenUp = false
  const { port, server } = await serve(t, {
    message: async (_tx, signal) => {
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      isGivenUp = true
      return replies.accept
    },
  })
  const socket = await dial(t, port)
  const heard = collect(socket)
  const closed = new Promise(resolve => socket.once('close', resolve))
  socket.end(SESSION)
  await closed
  await until(() => isGivenUp)
  t.equal(server.connections, 0)
  t.notOk(heard().endsWith(encodePacket(0x61).toString('latin1')), 'no answer after the end')
})

await t.test('a peer that is half open, or silent, is let go after the idle time', async t => {
  const { port, events, server } = await serve(t, MARKING, { idleMs: 100 })
  await dial(t, port)
  const client = await connectMilter({ port })
  t.teardown(() => client.destroy())
  await until(() => server.connections === 0)
  t.match(events, [{ kind: 'idle' }, { kind: 'idle' }])
  t.match(await sendMail({ port }, MAIL), { verdict: 'accept' })
})

await t.test(
  'a peer may vanish at any step: the filter forgets it and serves the next',
  async t => {
    let open = 0
    let aborted = 0
    const { port, server } = await serve(t, {
      ...MARKING,
      mail: () => {
        open += 1
        return replies.continue
      },
      abort: () => {
        aborted += 1
      },
    })
    let seen = 0
    for (let cut = 0; cut < SESSION.length; cut += 7) {
      const socket = await dial(t, port)
      socket.write(SESSION.subarray(0, cut))
      await new Promise(setImmediate)
      if (cut % 2 === 0) socket.resetAndDestroy()
      else socket.destroy()
      seen += 1
    }
    await until(() => server.connections === 0)
    t.equal(server.connections, 0, `${seen} peers gone`)
    t.equal(aborted, open, 'every message that had begun was given up')
    t.ok(open > 0 && open < seen)
    t.match(await sendMail({ port }, MAIL), { verdict: 'accept' })
  },
)

await t.test('a handler that is still busy when its peer vanishes answers nobody else', async t => {
  const waiting: (() => void)[] = []
  let reason: unknown
  const { port, server } = await serve(t, {
    message: async (tx, signal) => {
      if (tx.sender.address === 'next@sender.test') return replies.continue
      signal.addEventListener('abort', () => (reason = signal.reason))
      await new Promise<void>(resolve => waiting.push(resolve))
      return replies.reject
    },
  })
  const socket = await dial(t, port)
  socket.write(SESSION)
  await until(() => waiting.length === 1)
  socket.resetAndDestroy()
  await until(() => server.connections === 0)
  t.ok(reason instanceof Error, 'the handler is told')
  const next = sendMail({ port }, { ...MAIL, sender: 'next@sender.test' })
  waiting[0]?.()
  t.match(await next, { verdict: 'accept' })
})

await t.test('a peer that stops in the middle of a command is cut off', async t => {
  const { port, events, server } = await serve(t, MARKING, { stallMs: 100 })
  const socket = await dial(t, port)
  socket.write(SESSION.subarray(0, SESSION.length - 3))
  await until(() => server.connections === 0)
  t.match(events, [{ kind: 'stalled' }])
})

await t.test('a peer that never reads is cut off and fills no memory', async t => {
  const { port, events, server } = await serve(
    t,
    {
      message: tx => {
        tx.edits.replaceBody(endless())
        return replies.continue
      },
    },
    { stallMs: 200 },
  )
  const socket = await dial(t, port)
  socket.pause()
  socket.write(SESSION)
  await until(() => server.connections === 0)
  t.match(events.at(-1), { kind: 'stalled' })
})

await t.test('1,000 idle connections: little memory, and a message goes through', async t => {
  const child = await startFilterChild({ port: 0 })
  t.teardown(() => child.kill())
  const target = { port: child.port }
  t.match(await sendMail(target, MAIL), { verdict: 'accept' })
  const before = await child.memory()
  const clients = []
  for (let at = 0; at < 1000; at++) {
    const client = await connectMilter(target)
    t.teardown(() => client.destroy())
    await client.connect({ host: 'h', family: 'inet', address: '127.0.0.1', port: 9 })
    clients.push(client)
  }
  const perConnection = ((await child.memory()) - before) / clients.length
  t.comment(`${Math.round(perConnection / 1024)} KiB a connection, ${before >> 20} MiB before`)
  t.ok(perConnection < 64 * 1024, 'less than 64 KiB a connection')
  const result = await sendMail(target, MAIL)
  t.equal(result.message?.toString(), 'Subject: s\r\nX-Seen: 6\r\n\r\nbody\r\n')
  const last = clients.at(-1)
  await last?.helo('h')
  await last?.mail('<a@sender.test>')
  await last?.rcpt('<x@rcpt.test>')
  await last?.data()
  await last?.eoh()
  t.match(await last?.endOfMessage(), { reply: { kind: 'continue' } }, 'an idle one wakes up')
})

async function serve(t: Test, handlers: MilterHandlers, limits: Partial<MilterLimits> = {}) {
  const events: MilterEvent[] = []
  const server = createMilterServer({ handlers, limits, log: event => events.push(event) })
  const address = await server.listen({ port: 0 })
  t.teardown(() => server.close({ deadlineMs: 0 }))
  if (typeof address === 'string') throw new Error('no port')
  return { server, events, port: address.port }
}

async function dial(t: Test, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.on('error', () => socket.destroy())
  t.teardown(() => socket.destroy())
  await new Promise<void>(resolve => socket.once('connect', () => resolve()))
  return socket
}

function collect(socket: Socket): () => string {
  let heard = ''
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')))
  return () => heard
}

async function* endless(): AsyncGenerator<Buffer> {
  for (;;) yield Buffer.alloc(65_535)
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !isTrue(); await sleep(10)) {
    if (Date.now() > end) throw new Error('not within 20 s')
  }
}
