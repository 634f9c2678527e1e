import t from 'tap'
import { Fortuna } from '../../../src/seal/random/fortuna.js'
import { askOurs, askPeer, type Step } from '../../support/fortuna-peer.js'

const event = (turn: number, bytes = 32): string =>
  Buffer.from(Array.from({ length: bytes }, (_, at) => (turn * 37 + at * 11) & 255)).toString('hex')

/** All pools fed twice, then bytes are asked for: that many times, so much apart. */
function rounds(count: number, apartMs: number): Step[] {
  return Array.from({ length: count }, (_, round): Step[] => [
    ...Array.from({ length: 64 }, (_, at): Step => ({
      add: [round & 255, at % 32, event(at + round)],
    })),
    { bytes: 5 + round, ms: round * apartMs },
  ]).flat()
}

t.test('it gives what a second reading of the book gives', async t => {
  const cases: [string, readonly Step[], requests: number][] = [
    ['a seed alone', [{ seed: '00' }, { bytes: 32, ms: 0 }, { bytes: 33, ms: 0 }], 2],
    ['pools up to the sixth take part', rounds(33, 100), 33],
    ['requests too soon after a reseed', rounds(6, 40), 6],
    [
      'a first pool that is not full enough',
      [
        { seed: 'ff' },
        { add: [1, 0, event(1)] },
        { bytes: 16, ms: 0 },
        { add: [2, 0, event(2, 28)] },
        { bytes: 16, ms: 900 },
      ],
      2,
    ],
    [
      'seeds between events',
      [...rounds(2, 100), { seed: event(9) }, { bytes: 100, ms: 150 }, ...rounds(1, 0)],
      4,
    ],
  ]
  for (const [name, steps, requests] of cases) {
    const given = askOurs(steps)
    t.equal(given.length, requests)
    t.same(given, askPeer(steps), name)
  }
})

t.test('the first bytes after a known seed are those computed elsewhere', async t => {
  t.same(askOurs([{ seed: '00'.repeat(64) }, { bytes: 32, ms: 0 }]), [
    '9fb70f48c8d8d284cc640e231f6d621cef0bd8e2fe8611d3d0e91444e9314214',
  ])
})

t.test('without seed and without enough events nothing is given', async t => {
  const fortuna = new Fortuna(() => 0)
  t.throws(() => fortuna.bytes(1), { code: 'ERR_SEAL_UNSEEDED' })
  // 61 bytes in the first pool, and much in the others.
  fortuna.add(0, 0, Buffer.alloc(32, 1))
  fortuna.add(0, 0, Buffer.alloc(25, 2))
  for (let pool = 1; pool < 32; pool += 1) fortuna.add(0, pool, Buffer.alloc(32, pool))
  t.throws(() => fortuna.bytes(1), { code: 'ERR_SEAL_UNSEEDED' })
  fortuna.add(0, 0, Buffer.alloc(1))
  t.equal(fortuna.bytes(1).length, 1, 'and with 64 it is')
})

t.test('events only one of which differs give other bytes', async t => {
  const steps = rounds(1, 0)
  const changed = steps.with(0, { add: [0, 0, event(999)] })
  t.not(askOurs(steps)[0], askOurs(changed)[0])
})

t.test('what is no event is a fault of ours', async t => {
  const fortuna = new Fortuna(() => 0)
  const cases: [string, number, number, number][] = [
    ['no bytes', 0, 0, 0],
    ['33 bytes', 0, 0, 33],
    ['pool 32', 0, 32, 1],
    ['pool -1', 0, -1, 1],
    ['source 256', 256, 0, 1],
  ]
  for (const [name, source, pool, bytes] of cases)
    t.throws(() => fortuna.add(source, pool, Buffer.alloc(bytes)), { code: 'ERR_BUG' }, name)
  t.ok(cases.length > 0)
})
