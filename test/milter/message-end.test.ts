import t from 'tap'
import type { Transaction } from '../../src/milter/handlers.js'
import { replies } from '../../src/milter/reply.js'
import { edited, held, packet, settled, started } from '../support/milter-peer.js'

void t.test('edits go out at the end of message, in one write with the answer', async t => {
  const peer = started({
    mail(_session, tx) {
      tx.edits.addHeader('X-Early', 'v')
      return replies.continue
    },
    ...edited(tx => tx.edits.changeHeader('Subject', 1, 'new')),
  })
  peer.say(packet('T'), packet('LSubject| old|'), packet('N'), packet('Bbody'))
  t.same(peer.heard(), [])
  peer.socket.writes = 0
  peer.say(packet('E'))
  t.same(peer.heard(), ['m|||\x01Subject| new|', 'hX-Early| v|', 'c'])
  t.equal(peer.socket.writes, 1)
})

for (const reply of [replies.reject, replies.tempfail, replies.discard]) {
  void t.test(`no edit goes out with ${reply.kind}`, async t => {
    const peer = started(edited(tx => tx.edits.addHeader('X', 'v'), reply))
    peer.say(packet('E'))
    t.equal(peer.heard().length, 1)
  })
}

void t.test(
  'accepting before the end would lose the edits recorded, so it is a temporary failure',
  async t => {
    const peer = started({
      eoh(tx) {
        tx.edits.addHeader('X', 'v')
        return replies.accept
      },
      message: () => replies.continue,
    })
    peer.say(packet('N'))
    t.same(peer.heard(), ['t'])
    t.match(peer.events, [{ kind: 'handler-failed' }])
  },
)

void t.test('an edit after the answer is refused', async t => {
  let kept: Transaction | undefined
  const peer = started(edited(tx => void (kept = tx)))
  peer.say(packet('E'))
  t.throws(() => kept?.edits.addHeader('X', 'v'), { code: 'ERR_MILTER_LATE' })
})

void t.test('a new body goes out last, in pieces of 65535, from a buffer or a stream', async t => {
  const body = Buffer.alloc(150_000, 'x')
  const sources: readonly (() => Buffer | AsyncIterable<Buffer>)[] = [
    () => body,
    async function* () {
      yield Buffer.alloc(0)
      yield body.subarray(0, 65_535)
      yield body.subarray(65_535)
    },
  ]
  for (const source of sources) {
    const peer = started(
      edited(tx => {
        tx.edits.replaceBody(source())
        tx.edits.addHeader('X', 'v')
      }),
    )
    peer.say(packet('E'))
    await settled()
    const heard = peer.heard()
    t.same(
      heard.map(text => `${text[0]}${text.length}`),
      ['h6', 'b65536', 'b65536', 'b18931', 'c1'],
    )
  }
  t.equal(sources.length, 2)
})

void t.test('an empty new body is one empty piece', async t => {
  for (const source of [() => Buffer.alloc(0), async function* () {}]) {
    const peer = started(edited(tx => tx.edits.replaceBody(source())))
    peer.say(packet('E'))
    await settled()
    t.same(peer.heard(), ['b', 'c'])
  }
})

const BROKEN_BODIES: readonly (readonly [string, () => AsyncIterable<Buffer>])[] = [
  [
    'throws',
    async function* () {
      yield Buffer.from('half')
      throw new Error('broken')
    },
  ],
  [
    'gives what is no Buffer',
    async function* () {
      yield 'half' as unknown as Buffer
    },
  ],
]
for (const [name, source] of BROKEN_BODIES) {
  void t.test(`a new body that ${name} ends in a temporary failure`, async t => {
    const peer = started(edited(tx => tx.edits.replaceBody(source())))
    peer.say(packet('E'))
    await settled()
    t.equal(peer.heard().at(-1), 't')
    t.same(peer.kinds(), ['handler-failed'])
  })
}

void t.test(
  'a new body that is not there in time: 451, and nothing of it is sent after that',
  async t => {
    const { answer, give } = held()
    const peer = started(
      edited(tx =>
        tx.edits.replaceBody(
          (async function* () {
            yield Buffer.from('half')
            await answer
            yield Buffer.from('rest')
          })(),
        ),
      ),
    )
    peer.say(packet('E'))
    await settled()
    peer.clock.advance(50_000)
    t.same(peer.heard(), ['bhalf'])
    peer.clock.advance(80_000)
    t.same(peer.heard(), ['t'])
    give(replies.continue)
    await settled()
    t.same(peer.heard(), [])
  },
)

void t.test('a new body waits for a peer that is behind with reading', async t => {
  const peer = started(
    edited(tx =>
      tx.edits.replaceBody(
        (async function* () {
          yield Buffer.from('one')
          yield Buffer.from('two')
        })(),
      ),
    ),
  )
  peer.socket.writableNeedDrain = true
  peer.say(packet('E'))
  await settled()
  t.same(peer.heard(), ['bone'])
  peer.socket.writableNeedDrain = false
  peer.socket.emit('drain')
  await settled()
  t.same(peer.heard(), ['btwo', 'c'])
})
