import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import type { Readable } from 'node:stream'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { MilterEvent } from '../../src/milter/event.js'
import { type MilterServer, createMilterServer } from '../../src/milter/server.js'
import type { MilterServerOptions } from '../../src/milter/server-context.js'
import { replies } from '../../src/milter/reply.js'
import { socketsFromSystemd } from '../../src/milter/systemd-sockets.js'
import { POSTFIX_MESSAGE, optneg, packet, packetsIn } from '../support/milter-peer.js'

const pass = () => replies.continue

/** Socket paths are at most 107 bytes, so they do not go where tap puts its directories. */
function directoryOf(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'milter-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

interface Served {
  readonly server: MilterServer
  readonly events: MilterEvent[]
  readonly port: number
}

async function served(t: Test, options: Partial<MilterServerOptions> = {}): Promise<Served> {
  const events: MilterEvent[] = []
  const server = createMilterServer({
    handlers: { message: pass },
    log: event => events.push(event),
    ...options,
  })
  t.teardown(() => server.close({ deadlineMs: 0 }))
  const address = await server.listen({ port: 0 })
  return { server, events, port: (address as AddressInfo).port }
}

/** A socket that keeps all it hears. */
class Caller {
  readonly socket: Socket
  #bytes = Buffer.alloc(0)
  isClosed = false

  constructor(t: Test, target: number | string) {
    this.socket = typeof target === 'number' ? connect(target, '127.0.0.1') : connect(target)
    this.socket.on('data', chunk => (this.#bytes = Buffer.concat([this.#bytes, chunk])))
    this.socket.on('close', () => (this.isClosed = true))
    this.socket.on('error', () => this.socket.destroy())
    t.teardown(() => this.socket.destroy())
  }

  say(...packets: readonly Buffer[]): this {
    this.socket.write(Buffer.concat(packets))
    return this
  }

  /** Waits until `count` packets have come. */
  async heard(count: number): Promise<string[]> {
    while (packetsIn(this.#bytes).length < count && !this.isClosed) {
      await once(this.socket, 'data')
    }
    return packetsIn(this.#bytes).map(text => text[0] as string)
  }

  async closed(): Promise<void> {
    if (!this.isClosed) await once(this.socket, 'close')
  }
}

void t.test('a message goes through over TCP and over a local socket', async t => {
  const { server, port } = await served(t)
  const path = join(directoryOf(t), 'milter.sock')
  t.equal(await server.listen({ path }), path)
  t.equal(statSync(path).mode & 0o777, 0o660)
  const answers = { tcp: ['O', 'c', 'c'], unix: ['O', 'c'] }
  for (const [target, want] of [
    [port, answers.tcp],
    [path, answers.unix],
  ] as const) {
    const caller = new Caller(t, target).say(optneg(), ...POSTFIX_MESSAGE)
    t.same(await caller.heard(want.length), want)
    caller.say(packet('Q'))
    await caller.closed()
  }
  t.match(server.stats(), { accepted: 2, refused: 0, messages: 2, aborted: 0, bodyMemory: 0 })
  t.equal(server.stats().replies.continue, 2)
})

void t.test('the mode of a socket file is the one asked for', async t => {
  const { server } = await served(t)
  const path = join(directoryOf(t), 'milter.sock')
  await server.listen({ path, mode: 0o600 })
  t.equal(statSync(path).mode & 0o777, 0o600)
})

void t.test('a socket file left from a crash is replaced, anything else is not', async t => {
  const { server } = await served(t)
  const directory = directoryOf(t)
  const dead = join(directory, 'dead')
  const script = `require('net').createServer().listen(${JSON.stringify(dead)}, () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['-e', script], { stdio: 'ignore' }), 'close')
  t.ok(existsSync(dead))
  await server.listen({ path: dead })

  const alive = join(directory, 'alive')
  const other = createServer().listen(alive)
  await once(other, 'listening')
  t.teardown(() => other.close())
  await t.rejects(server.listen({ path: alive }), { code: 'ERR_MILTER_LISTEN' })

  const file = join(directory, 'file')
  writeFileSync(file, 'keep me')
  await t.rejects(server.listen({ path: file }), { code: 'ERR_MILTER_LISTEN' })
  t.ok(existsSync(file))
})

void t.test('a port in use is an error with its cause', async t => {
  const { server, port } = await served(t)
  await t.rejects(server.listen({ port }), {
    code: 'ERR_MILTER_LISTEN',
    message: `cannot listen on 127.0.0.1 port ${port}`,
    cause: { code: 'EADDRINUSE' },
  })
  await t.rejects(server.listen({ fd: 1_000_000 }), { code: 'ERR_MILTER_LISTEN' })
})

void t.test('a socket handed over by systemd is served', async t => {
  const given = createServer().listen(0, '127.0.0.1')
  await once(given, 'listening')
  const { port } = given.address() as AddressInfo
  const { fd } = (given as unknown as { _handle: { fd: number } })._handle
  const door = new URL('../../src/milter/index.js', import.meta.url).href
  const script = `
    const { createMilterServer, replies, socketsFromSystemd } = await import('${door}')
    const server = createMilterServer({ handlers: { message: () => replies.discard } })
    const env = { ...process.env, LISTEN_PID: String(process.pid), LISTEN_FDS: '1' }
    for (const fd of socketsFromSystemd(env)) await server.listen({ fd })
    process.stdout.write('ready')`
  const child = spawn(
    process.execPath,
    [...process.execArgv, '--input-type=module', '-e', script],
    { stdio: ['ignore', 'pipe', 'inherit', fd] },
  )
  t.teardown(() => child.kill())
  await once(child.stdout as Readable, 'data')
  // Ours would take every second connection.
  await new Promise(resolve => given.close(resolve))
  const caller = new Caller(t, port).say(optneg(), ...POSTFIX_MESSAGE)
  t.same(await caller.heard(3), ['O', 'c', 'd'])
})

const SYSTEMD: readonly (readonly [string, Record<string, string>, number[]])[] = [
  ['two sockets', { LISTEN_PID: '7', LISTEN_FDS: '2' }, [3, 4]],
  ['none', {}, []],
  ['those of another process', { LISTEN_PID: '8', LISTEN_FDS: '2' }, []],
  ['a number that is none', { LISTEN_PID: '7', LISTEN_FDS: '-1' }, []],
]
for (const [name, env, want] of SYSTEMD) {
  void t.test(`systemd: ${name}`, async t => {
    t.same(socketsFromSystemd(env, 7), want)
  })
}

void t.test('one connection too many is closed at once, and room comes back', async t => {
  const { server, events, port } = await served(t, { limits: { connections: 1 } })
  const first = new Caller(t, port).say(optneg())
  await first.heard(1)
  const second = new Caller(t, port)
  await second.closed()
  t.match(events, [{ kind: 'connection-limit', connection: 0 }])
  t.equal(server.stats().refused, 1)
  first.say(packet('Q'))
  await first.closed()
  while (server.connections > 0) await new Promise(resolve => setImmediate(resolve))
  const third = new Caller(t, port).say(optneg())
  t.same(await third.heard(1), ['O'])
})

void t.test('closing waits for a message in progress, and lets a quiet connection go', async t => {
  let finish: () => void = () => undefined
  const asked = new Promise<void>(resolve => (finish = resolve))
  let answer: () => void = () => undefined
  const { server, port, events } = await served(t, {
    handlers: {
      message: () =>
        new Promise(resolve => {
          answer = () => resolve(replies.continue)
          finish()
        }),
    },
  })
  const quiet = new Caller(t, port).say(optneg())
  await quiet.heard(1)
  const busy = new Caller(t, port).say(optneg(), ...POSTFIX_MESSAGE)
  await asked
  const closing = server.close({ deadlineMs: 60_000, idleMs: 0 })
  await quiet.closed()
  t.notOk(busy.isClosed)
  answer()
  t.same(await busy.heard(3), ['O', 'c', 'c'])
  await busy.closed()
  await closing
  t.equal(server.connections, 0)
  t.same(events, [])
})

void t.test('what is not done at the end of the drain is cut, and logged', async t => {
  let begun: () => void = () => undefined
  const asked = new Promise<void>(resolve => (begun = resolve))
  let signal: AbortSignal | undefined
  const { server, port, events } = await served(t, {
    handlers: {
      message: (_tx, given) => {
        signal = given
        begun()
        return new Promise(() => undefined)
      },
    },
  })
  const caller = new Caller(t, port).say(optneg(), ...POSTFIX_MESSAGE)
  await asked
  await server.close({ deadlineMs: 20, idleMs: 0 })
  await caller.closed()
  t.equal(signal?.aborted, true)
  t.match(events, [{ kind: 'cut', level: 'warn' }])
  t.equal(server.connections, 0)
})

void t.test('a peer that says QUIT but does not hang up is hung up on', async t => {
  const { server, port } = await served(t)
  const caller = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  t.teardown(() => caller.destroy())
  caller.resume()
  caller.write(Buffer.concat([optneg(), packet('Q')]))
  await once(caller, 'end')
  await server.close({ deadlineMs: 5000 })
  t.equal(server.connections, 0)
})

void t.test('a socket file is gone when the server is closed', async t => {
  const { server } = await served(t)
  const path = join(directoryOf(t), 'milter.sock')
  await server.listen({ path })
  await server.close({ deadlineMs: 0 })
  t.notOk(existsSync(path))
})

void t.test('a directory that may not be written to is an error', async t => {
  const directory = directoryOf(t)
  chmodSync(directory, 0o500)
  const { server } = await served(t)
  await t.rejects(server.listen({ path: join(directory, 'missing', 'x') }), {
    code: 'ERR_MILTER_LISTEN',
  })
})

void t.test('a connection that breaks in a message leaves nothing behind', async t => {
  const { server, port } = await served(t)
  const caller = new Caller(t, port).say(optneg(), packet('M<a>|'), packet('Bbody'))
  await caller.heard(1)
  caller.socket.resetAndDestroy()
  while (server.connections > 0) await new Promise(resolve => setImmediate(resolve))
  t.match(server.stats(), { aborted: 1, bodyMemory: 0 })
})
