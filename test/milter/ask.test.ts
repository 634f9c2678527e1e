import t from 'tap'
import type { MilterHandlers } from '../../src/milter/handlers.js'
import { type StageReply, replies, replyCode } from '../../src/milter/reply.js'
import { Peer, optneg, packet, settled } from '../support/milter-peer.js'

const pass = () => replies.continue

type Answering = 'connect' | 'helo' | 'mail' | 'rcpt' | 'data' | 'header' | 'eoh' | 'message'

/** The packet that brings each step about, after the steps before it. */
const STEPS: readonly (readonly [Answering, string])[] = [
  ['connect', 'Ch|U'],
  ['helo', 'Hx|'],
  ['mail', 'M<a>|'],
  ['rcpt', 'R<b>|'],
  ['data', 'T'],
  ['header', 'LX| v|'],
  ['eoh', 'N'],
  ['message', 'E'],
]

function answering(step: Answering, give: () => StageReply | Promise<StageReply>): MilterHandlers {
  return { message: pass, [step]: give }
}

async function upTo(step: Answering, handlers: MilterHandlers): Promise<Peer> {
  const peer = new Peer(handlers)
  peer.say(optneg())
  for (const [name, text] of STEPS) {
    if (name === step) peer.heard()
    peer.say(packet(text))
    if (name === step) break
  }
  await settled()
  return peer
}

for (const [step] of STEPS) {
  void t.test(`${step}: the answer of its handler goes out, at once or later`, async t => {
    const rows: readonly (readonly [StageReply, string])[] = [
      [replies.continue, 'c'],
      [replies.accept, 'a'],
      [replies.reject, 'r'],
      [replies.tempfail, 't'],
      [replyCode(451, '4.7.1', '50%'), 'y451 4.7.1 50%%|'],
    ]
    let seen = 0
    for (const [reply, want] of rows) {
      for (const give of [() => reply, async () => reply]) {
        const peer = await upTo(step, answering(step, give))
        t.same(peer.heard(), [want])
        t.same(peer.kinds(), [])
        seen += 1
      }
    }
    t.equal(seen, 10)
  })

  void t.test(`${step}: whatever goes wrong in its handler is a temporary failure`, async t => {
    const wrong: readonly (() => StageReply | Promise<StageReply>)[] = [
      () => {
        throw new Error('broken')
      },
      async () => {
        throw new Error('broken')
      },
      () => undefined as unknown as StageReply,
      async () => ({ kind: 'fine' }) as unknown as StageReply,
      () => replies.skip as unknown as StageReply,
      () => ({ kind: 'code', code: 250, enhanced: '2.0.0', lines: ['ok'] }),
    ]
    for (const give of wrong) {
      const peer = await upTo(step, answering(step, give))
      t.same(peer.heard(), ['t'])
      t.same(peer.kinds(), ['handler-failed'])
      t.equal(peer.context.counters.handlerFailures, 1)
      t.notOk(peer.isClosed)
    }
    t.equal(wrong.length, 6)
  })
}

void t.test('discard ends a message, but means nothing before one', async t => {
  const message = await upTo(
    'mail',
    answering('mail', () => replies.discard),
  )
  t.same(message.heard(), ['d'])
  t.notOk(message.connection.isBusy)
  const connect = await upTo(
    'connect',
    answering('connect', () => replies.discard),
  )
  t.same(connect.heard(), ['t'])
})

void t.test('a refusal ends the message, and the next one is taken', async t => {
  const peer = await upTo(
    'data',
    answering('data', () => replies.reject),
  )
  t.same(peer.heard(), ['r'])
  t.notOk(peer.connection.isBusy)
  peer.say(packet('A'), packet('M<a>|'), packet('R<b>|'), packet('T'))
  t.same(peer.heard(), ['r'])
})
