import t from 'tap'
import { replies } from '../../src/milter/reply.js'
import { Peer, held, optneg, packet, settled, started } from '../support/milter-peer.js'

const ENVELOPE = [packet('M<a>|'), packet('DRi|Q2|'), packet('R<b>|')]

void t.test('while an answer is pending, progress goes out every ten seconds', async t => {
  const { answer, give } = held()
  const peer = started({ message: () => answer })
  peer.say(packet('E'))
  peer.clock.advance(9000)
  t.same(peer.heard(), [])
  peer.clock.advance(2000)
  t.same(peer.heard(), ['p'])
  peer.clock.advance(30_000)
  t.same(peer.heard(), ['p', 'p', 'p'])
  give(replies.accept)
  await settled()
  t.same(peer.heard(), ['a'])
  peer.clock.advance(60_000)
  t.same(peer.heard(), [])
})

for (const step of ['connect', 'helo', 'mail', 'data', 'header', 'eoh', 'streamBody'] as const) {
  void t.test(`progress goes out at ${step} too, and the time is bounded there`, async t => {
    const peer = new Peer({ [step]: () => held().answer })
    const letter = { connect: 'Ch|U', helo: 'Hx|', mail: 'M<a>|' }[step as 'mail']
    peer.say(optneg())
    if (letter === undefined) {
      const text = { data: 'T', header: 'LX| v|', eoh: 'N', streamBody: 'Bx' }[step as 'data']
      peer.say(packet('M<a>|'), packet(text))
    } else peer.say(packet(letter))
    peer.heard()
    peer.clock.advance(21_000)
    t.same(peer.heard(), ['p', 'p'])
    peer.clock.advance(100_000)
    t.equal(peer.heard().at(-1), 't')
    t.same(peer.kinds(), ['answer-late'])
    t.notOk(peer.connection.isBusy)
  })
}

void t.test('after 120 seconds the answer is 451, and the late one answers nothing', async t => {
  const first = held()
  const second = held()
  const asked = [first.answer, second.answer]
  let signal: AbortSignal | undefined
  const peer = started({
    message(_tx, given) {
      signal ??= given
      return asked.shift() ?? replies.reject
    },
  })
  peer.say(packet('E'))
  peer.clock.advance(121_000)
  t.equal(peer.heard().at(-1), 't')
  t.equal(signal?.aborted, true)
  t.match(peer.events, [{ kind: 'answer-late', queueId: undefined, level: 'error' }])
  peer.say(packet('A'), ...ENVELOPE, packet('E'))
  first.give(replies.accept)
  await settled()
  t.same(peer.heard(), [])
  second.give(replies.discard)
  await settled()
  t.same(peer.heard(), ['d'])
  t.equal(peer.context.counters.lateAnswers, 1)
})

for (const letter of ['A', 'Q', 'K']) {
  void t.test(
    `${letter} while a handler is at work gives the message up; its result is not sent`,
    async t => {
      const { answer, give } = held()
      const aborted: (string | undefined)[] = []
      let signal: AbortSignal | undefined
      const peer = started({
        message(_tx, given) {
          signal = given
          return answer
        },
        abort: tx => void aborted.push(tx.sender.raw),
      })
      peer.say(packet('E'))
      peer.say(packet(letter))
      t.equal(signal?.aborted, true)
      t.same(aborted, ['<a>'])
      give(replies.accept)
      await settled()
      t.same(peer.heard(), [])
      t.equal(peer.isClosed, letter === 'Q')
    },
  )
}

void t.test(
  'a peer that vanishes while a handler is at work: it is told, and nothing is written',
  async t => {
    const { answer, fail } = held()
    let signal: AbortSignal | undefined
    const peer = started({
      message(_tx, given) {
        signal = given
        return answer
      },
    })
    peer.say(packet('E'))
    peer.socket.emit('end')
    peer.socket.emit('close')
    t.equal(signal?.aborted, true)
    fail(new Error('late'))
    await settled()
    t.same(peer.heard(), [])
    t.same(peer.kinds(), [])
    t.ok(peer.clock.isIdle)
  },
)

void t.test('commands that come early wait until the answer is out', async t => {
  const { answer, give } = held()
  const order: string[] = []
  const peer = started({
    async mail() {
      order.push('mail')
      return replies.continue
    },
    message(tx) {
      order.push(`message ${tx.queueId}`)
      return order.length === 1 ? answer : replies.continue
    },
  })
  await settled()
  order.length = 0
  peer.heard()
  peer.say(packet('E'))
  peer.say(packet('B'))
  t.ok(peer.socket.isPaused())
  peer.say(Buffer.concat([packet('A'), ...ENVELOPE]), packet('E'))
  t.same(order, ['message undefined'])
  give(replies.reject)
  await settled()
  t.same(order, ['message undefined', 'mail', 'message Q2'])
  t.same(peer.heard(), ['r', 'c', 'c'])
  t.notOk(peer.socket.isPaused())
})

void t.test('tx.signal is the signal the handler got', async t => {
  let isSame = false
  const peer = started({
    message(tx, signal) {
      isSame = tx.signal === signal
      return replies.continue
    },
  })
  peer.say(packet('E'))
  t.ok(isSame)
})
