import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openRandomSource } from '../../../src/seal/random/random-source.js'

const zeros = (size: number): Buffer => Buffer.alloc(size)
const still = (): bigint => 0n

t.test('without anything given it works from the system', async t => {
  const source = await openRandomSource()
  const [one, two] = [source.bytes(32), source.bytes(32)]
  t.equal(one.length, 32)
  t.notSame(one, two)
  await source.close()
})

t.test('the system alone decides as little as ours alone: both are combined', async t => {
  const ones = (size: number): Buffer => Buffer.alloc(size, 0xff)
  const seeds: Buffer[] = []
  /** The same for seeds and events, then something else for the bytes that are combined. */
  const system =
    (last: (size: number) => Buffer) =>
    (size: number): Buffer => {
      if (size !== 7) seeds.push(zeros(size))
      return size === 7 ? last(size) : zeros(size)
    }
  const [a, b] = await Promise.all(
    [zeros, ones].map(last => openRandomSource({ system: system(last), now: still })),
  )
  const [one, two] = [a?.bytes(7), b?.bytes(7)]
  t.ok(
    one?.some(byte => byte !== 0),
    'where the system gives zeros, ours shows',
  )
  t.same(
    two,
    Buffer.from(one ?? []).map(byte => byte ^ 0xff),
    'and what it gives is in the result',
  )
  t.ok(seeds.length > 64)
})

t.test('two runs with a system that repeats itself differ by the seed file', async t => {
  const seedFile = join(t.testdir(), 'seed')
  const given: string[] = []
  const files: string[] = []
  for (let run = 0; run < 3; run += 1) {
    const source = await openRandomSource({ seedFile, system: zeros, now: still })
    files.push(readFileSync(seedFile, 'hex'))
    given.push(source.bytes(16).toString('hex'))
    await source.close()
    files.push(readFileSync(seedFile, 'hex'))
  }
  t.equal(new Set(given).size, 3)
  t.equal(new Set(files).size, 6, 'the file is renewed at every start and end')
})

t.test('a process that has become another one gives other bytes', async t => {
  const numbers = [1, 1]
  const sources = await Promise.all(
    numbers.map((_, at) =>
      openRandomSource({ system: zeros, now: still, processId: () => numbers[at] ?? 0 }),
    ),
  )
  t.same(sources[0]?.bytes(16), sources[1]?.bytes(16), 'as alike as two processes after a fork')
  numbers[1] = 2
  t.notSame(sources[0]?.bytes(16), sources[1]?.bytes(16))
})

t.test('a system that fails, or gives too little, ends in an error', async t => {
  const fails = (): Buffer => {
    throw new Error('no entropy')
  }
  await t.rejects(openRandomSource({ system: fails }), /no entropy/)
  await t.rejects(openRandomSource({ system: () => zeros(3) }), { code: 'ERR_BUG' })
})

t.test('a seed file that cannot be replaced is not used a second time', async t => {
  const seedFile = join(t.testdir(), 'missing', 'seed')
  await t.rejects(openRandomSource({ seedFile }), { code: 'ERR_SEAL_SEED_FILE' })
})
