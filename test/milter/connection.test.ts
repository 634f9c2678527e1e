import t from 'tap'
import { replies } from '../../src/milter/reply.js'
import { Peer, optneg, packet } from '../support/milter-peer.js'

const pass = { message: () => replies.continue }

void t.test('a silent connection is closed after the idle time, not before', async t => {
  const peer = new Peer(pass)
  peer.say(optneg())
  peer.clock.advance(7_209_000)
  t.notOk(peer.isClosed)
  peer.say(packet('Hx|'))
  peer.clock.advance(7_209_000)
  t.notOk(peer.isClosed)
  peer.clock.advance(3000)
  t.ok(peer.socket.isDestroyed)
  t.match(peer.events, [{ kind: 'idle', level: 'info' }])
  t.ok(peer.clock.isIdle)
})

void t.test('a command that does not end is dropped, however slowly its bytes come', async t => {
  const peer = new Peer(pass)
  peer.say(optneg())
  const bytes = packet(`H${'x'.repeat(50)}|`)
  for (const byte of bytes.subarray(0, 40)) {
    peer.say(Buffer.from([byte]))
    peer.clock.advance(10_000)
  }
  t.ok(peer.socket.isDestroyed)
  t.match(peer.events, [{ kind: 'stalled', reason: 'a command was not complete in time' }])
})

void t.test('the time for a command starts anew with each command', async t => {
  const peer = new Peer(pass)
  peer.say(optneg())
  let seen = 0
  for (let count = 0; count < 10; count += 1) {
    const bytes = packet('Hx|')
    peer.say(bytes.subarray(0, 3))
    peer.clock.advance(200_000)
    peer.say(bytes.subarray(3))
    seen += 1
  }
  t.equal(seen, 10)
  t.notOk(peer.isClosed)
})

void t.test('a peer that does not read its answers is dropped', async t => {
  const peer = new Peer(pass)
  peer.say(optneg())
  peer.socket.writableLength = 100
  peer.clock.advance(200_000)
  peer.socket.writableLength = 50
  peer.clock.advance(200_000)
  t.notOk(peer.isClosed)
  peer.clock.advance(200_000)
  t.ok(peer.socket.isDestroyed)
  t.match(peer.events, [{ kind: 'stalled', reason: 'the peer does not read' }])
})

void t.test('a connection that waits for a handler is not idle', async t => {
  const peer = new Peer(
    { message: () => new Promise(() => undefined) },
    { limits: { idleMs: 20_000, answerMs: 60_000 } },
  )
  peer.say(optneg(), packet('M<a>|'), packet('E'))
  peer.clock.advance(50_000)
  t.notOk(peer.isClosed)
  peer.clock.advance(15_000)
  t.equal(peer.heard().at(-1), 't')
  peer.clock.advance(25_000)
  t.ok(peer.isClosed)
})

void t.test('a broken socket is logged once', async t => {
  const peer = new Peer(pass)
  peer.socket.emit('error', new Error('ECONNRESET'))
  peer.socket.emit('close')
  t.match(peer.events, [{ kind: 'socket-error', level: 'info' }])
  t.ok(peer.isClosed)
})

void t.test('nothing is written to a connection that is closed', async t => {
  const peer = new Peer(pass)
  peer.say(optneg(), packet('Q'), packet('M<a>|'), packet('E'))
  t.same(peer.heard().length, 1)
  t.equal(peer.context.counters.messages, 0)
})

void t.test(
  'after QUIT the socket is closed once its answers are read, or after the time to read',
  async t => {
    const peer = new Peer(pass)
    peer.say(optneg(), packet('Q'))
    t.ok(peer.socket.isEnded)
    t.equal(peer.socket.timeoutMs, 300_000)
  },
)

void t.test('a half-closed connection is closed at once', async t => {
  const peer = new Peer(pass)
  peer.say(optneg())
  peer.socket.emit('end')
  t.ok(peer.socket.isDestroyed)
  t.ok(peer.isClosed)
})
