import { open } from 'node:fs/promises'
import t from 'tap'
import type { Transaction } from '../../src/milter/handlers.js'
import { type FinalReply, replies } from '../../src/milter/reply.js'
import { SpoolFile } from '../../src/milter/spool-file.js'
import {
  Peer,
  type PeerOptions,
  edited,
  optneg,
  packet,
  settled,
  started,
} from '../support/milter-peer.js'

void t.test(
  'the handler body sees the bytes as they come, and nothing is kept when streaming',
  async t => {
    const chunks: string[] = []
    const peer = started({
      needs: { body: 'stream' },
      body: (_tx, chunk) => void chunks.push(chunk.toString()),
      message(tx) {
        chunks.push(`size ${tx.body.size}`)
        return replies.continue
      },
    })
    const body = packet('Bone two')
    peer.say(body.subarray(0, 8)).say(body.subarray(8)).say(packet('Ethree'))
    t.same(chunks, ['one', ' two', 'three', 'size 0'])
  },
)

void t.test('a handler body that throws: the message is answered 451 at its end', async t => {
  const peer = started({
    body() {
      throw new Error('x')
    },
    message: () => t.fail('must not be asked') as unknown as FinalReply,
  })
  peer.say(packet('Bone'), packet('Btwo'))
  t.same(peer.heard(), [])
  peer.say(packet('E'))
  t.same(peer.heard(), ['t'])
  t.same(peer.kinds(), ['handler-failed'])
})

void t.test('streamBody answers each piece whole, and skip asks for no more', async t => {
  const chunks: string[] = []
  const peer = started({
    streamBody(_tx, chunk) {
      chunks.push(chunk.toString())
      return chunks.length === 2 ? replies.skip : replies.continue
    },
    message: () => replies.continue,
  })
  const body = packet('Bone')
  peer.say(body.subarray(0, 6)).say(body.subarray(6))
  peer.say(packet('Btwo')).say(packet('Bthree')).say(packet('E'))
  t.same(chunks, ['one', 'two'])
  t.same(peer.heard(), ['c', 's', 'c', 'c'])
})

void t.test('streamBody can refuse while the body comes', async t => {
  const peer = started({ streamBody: async () => replies.reject })
  peer.say(packet('Bone'))
  await settled()
  t.same(peer.heard(), ['r'])
  t.notOk(peer.connection.isBusy)
})

const TOO_LARGE = 'y552 5.3.4 Message is too large|'
const LIMITS: readonly (readonly [string, PeerOptions, readonly string[], string])[] = [
  ['a body over the limit', { limits: { messageBytes: 10 } }, ['B12345', 'B123456'], TOO_LARGE],
  [
    'a header over the limit',
    { limits: { headerBytes: 10 } },
    ['LX| 1234|', 'LX| 1234|'],
    TOO_LARGE,
  ],
  [
    'too many recipients',
    { limits: { recipients: 2 } },
    ['R<c>|', 'R<d>|', 'R<e>|'],
    'y452 4.5.3 Too many recipients|',
  ],
]
for (const [name, options, packets, want] of LIMITS) {
  void t.test(`${name}: the message is refused at its end, and its handler told`, async t => {
    let aborted = 0
    const peer = started(
      {
        message: () => t.fail('must not be asked') as unknown as FinalReply,
        abort: () => void (aborted += 1),
      },
      options,
    )
    peer.say(...packets.map(packet), packet('Bmore'), packet('E'))
    t.same(peer.heard(), [want])
    t.same(peer.kinds(), ['message-too-large'])
    t.equal(aborted, 1)
    t.equal(peer.context.budget.used, 0)
  })
}

void t.test('where recipients are answered, only the one too many is refused', async t => {
  const peer = new Peer(
    { rcpt: () => replies.continue, message: () => replies.continue },
    { limits: { recipients: 1 } },
  )
  peer.say(optneg(), packet('M<a>|')).heard()
  peer.say(packet('R<b>|')).say(packet('R<c>|')).say(packet('E'))
  t.same(peer.heard(), ['c', 'y452 4.5.3 Too many recipients|', 'c'])
})

void t.test('while the disk takes a body, reading stops; then the message is whole', async t => {
  const directory = t.testdir()
  const bodies: string[] = []
  const peer = started(
    {
      async message(tx) {
        bodies.push((await tx.body.read()).toString())
        return replies.continue
      },
    },
    { limits: { bodyMemoryPerMessage: 4 }, openSpool: () => SpoolFile.open(directory) },
  )
  peer.say(packet('Bone'), packet('Btwo'), packet('Bthree'), packet('E'))
  peer.say(packet('T'))
  t.ok(peer.socket.isPaused())
  while (bodies.length === 0) await settled()
  await settled()
  t.same(bodies, ['onetwothree'])
  t.same(peer.heard(), ['c'])
  t.equal(peer.context.counters.spooled, 1)
  t.equal(peer.context.budget.used, 0)
})

const DISKS: readonly (readonly [string, () => Promise<SpoolFile>])[] = [
  ['is full', async () => new SpoolFile(await open('/dev/full', 'r+'))],
  ['cannot be opened', () => SpoolFile.open('/nonexistent-directory')],
]
for (const [name, openSpool] of DISKS) {
  void t.test(`a disk that ${name}: 451 for that message, named in the log`, async t => {
    const peer = started(
      { message: () => t.fail('must not be asked') as unknown as FinalReply },
      { limits: { bodyMemoryPerMessage: 4 }, openSpool },
    )
    peer.say(packet('Bone two'), packet('Bthree'), packet('E'))
    while (peer.socket.written.length === 0) await settled()
    t.same(peer.heard(), ['y451 4.3.1 Message could not be stored, try again later|'])
    t.match(peer.events, [{ kind: 'spool-failed', level: 'error', error: Error }])
    t.equal(peer.context.budget.used, 0)
    t.notOk(peer.isClosed)
  })
}

void t.test('a disk that does not answer is given up after the time of an answer', async t => {
  const peer = started(
    { message: () => replies.continue },
    { limits: { bodyMemoryPerMessage: 4 }, openSpool: () => new Promise(() => undefined) },
  )
  peer.say(packet('Bone two'), packet('E'))
  peer.clock.advance(121_000)
  t.same(peer.heard(), ['y451 4.3.1 Message could not be stored, try again later|'])
})

void t.test('the body cannot be read once the message is over', async t => {
  let kept: Transaction | undefined
  const peer = started(edited(tx => void (kept = tx)))
  peer.say(packet('Bone'), packet('E'))
  t.throws(() => kept?.body.peek(), { code: 'ERR_MILTER_OVER' })
})
