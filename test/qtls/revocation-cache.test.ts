import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { answerCache, type Fetched } from '../../src/qtls/revocation-cache.js'

const NOW = Date.parse('2026-11-30T12:00:00Z')
const HOUR = 3_600_000
const directory = mkdtempSync(join(tmpdir(), 'postseal-revocation-'))
t.teardown(() => rmSync(directory, { recursive: true }))

function source(answer: Fetched) {
  const calls = { count: 0 }
  const fetch = async (): Promise<Fetched> => {
    calls.count += 1
    return answer
  }
  return { calls, fetch }
}

const bytes = Buffer.from('an answer')

await t.test('what was fetched is kept until it runs out', async t => {
  const cache = answerCache({ directory: undefined, maxBytes: 1000 })
  const { calls, fetch } = source({ bytes, until: NOW + HOUR })
  for (const now of [NOW, NOW + HOUR / 2]) t.match(await cache.get('a', now, fetch), { bytes })
  t.equal(calls.count, 1)
  await cache.get('a', NOW + HOUR, fetch)
  t.equal(calls.count, 2)
  await cache.get('b', NOW, fetch)
  t.equal(calls.count, 3, 'under its own name')
})

await t.test('a newer one is asked for early, and the old one holds until it comes', async t => {
  for (const own of [undefined, t.testdir()]) {
    const cache = answerCache({ directory: own, maxBytes: 1000 })
    await cache.get('a', NOW, source({ bytes, until: NOW + 10 * HOUR }).fetch)
    const other = own === undefined ? cache : answerCache({ directory: own, maxBytes: 1000 })
    const down = source({ failure: 'timeout' })
    await other.get('a', NOW + 8 * HOUR - 1, down.fetch)
    t.equal(down.calls.count, 0)
    t.match(await other.get('a', NOW + 8 * HOUR, down.fetch), { bytes })
    t.match(await other.get('a', NOW + 8 * HOUR + 60_000, down.fetch), { bytes })
    t.equal(down.calls.count, 1, 'not again at once')
    const forged = source({ bytes: Buffer.from('forged'), until: 0 })
    t.match(await other.get('a', NOW + 9 * HOUR, forged.fetch), { bytes })
    const newer = source({ bytes: Buffer.from('newer'), until: NOW + 20 * HOUR })
    t.match(await other.get('a', NOW + 9.5 * HOUR, newer.fetch), { bytes: Buffer.from('newer') })
    t.match(await other.get('a', NOW + 11 * HOUR, down.fetch), { bytes: Buffer.from('newer') })
  }
})

await t.test('what holds for long is asked for again after a day, and kept', async t => {
  const cache = answerCache({ directory: undefined, maxBytes: 1000 })
  const { calls, fetch } = source({ bytes, until: NOW + 168 * HOUR })
  await cache.get('week', NOW, fetch)
  const down = source({ failure: 'timeout' })
  t.match(await cache.get('week', NOW + 167 * HOUR, down.fetch), { bytes })
  t.equal(down.calls.count, 1)
  t.same(await cache.get('week', NOW + 168 * HOUR, down.fetch), { failure: 'timeout' })
  calls.count = 0
  await cache.get('a', NOW, fetch)
  await cache.get('a', NOW + 25 * HOUR, fetch)
  t.equal(calls.count, 2)
})

await t.test('a source that does not answer is left alone for a while', async t => {
  const cache = answerCache({ directory, maxBytes: 1000 })
  const { calls, fetch } = source({ failure: 'timeout' })
  await cache.get('down', NOW, fetch)
  t.same(await cache.get('down', NOW + 60_000, fetch), { failure: 'timeout' })
  t.equal(calls.count, 1)
  await cache.get('down', NOW + 6 * 60_000, fetch)
  t.equal(calls.count, 2)
  t.same(readdirSync(directory), [], 'and not written down')
})

await t.test('many who ask at once make one fetch', async t => {
  const cache = answerCache({ directory: undefined, maxBytes: 1000 })
  const { calls, fetch } = source({ bytes, until: NOW + HOUR })
  await Promise.all(Array.from({ length: 50 }, () => cache.get('a', NOW, fetch)))
  t.equal(calls.count, 1)
})

await t.test('a fetch that throws leaves nothing behind', async t => {
  const cache = answerCache({ directory: undefined, maxBytes: 1000 })
  const broken = (): Promise<Fetched> => Promise.reject(new Error('broken'))
  await t.rejects(cache.get('a', NOW, broken), { message: 'broken' })
  const { fetch } = source({ bytes, until: NOW + HOUR })
  t.match(await cache.get('a', NOW, fetch), { bytes })
})

await t.test('memory has a limit', async t => {
  const cache = answerCache({ directory: undefined, maxBytes: 2500 })
  const large = source({ bytes: Buffer.alloc(1000), until: NOW + HOUR })
  for (const key of ['a', 'b', 'c']) await cache.get(key, NOW, large.fetch)
  await cache.get('c', NOW, large.fetch)
  t.equal(large.calls.count, 3, 'the newest stay')
  await cache.get('a', NOW, large.fetch)
  t.equal(large.calls.count, 4, 'the oldest went')
})

await t.test('a directory outlives the process', async t => {
  const wish = { directory: join(directory, 'kept'), maxBytes: 3000 }
  const { calls, fetch } = source({ bytes, until: NOW + HOUR })
  await answerCache(wish).get('a', NOW, fetch)
  const other = answerCache(wish)
  t.match(await other.get('a', NOW + HOUR / 2, fetch), { bytes })
  t.equal(calls.count, 1)
  await other.get('a', NOW + HOUR, fetch)
  t.equal(calls.count, 2, 'until it runs out')
  const [file = ''] = readdirSync(wish.directory)
  t.equal(statSync(join(wish.directory, file)).mode & 0o777, 0o600)
  const large = source({ bytes: Buffer.alloc(1400), until: NOW + 2 * HOUR })
  for (const key of ['x', 'y', 'z']) await other.get(key, NOW, large.fetch)
  t.equal(readdirSync(wish.directory).length, 2, 'and has a limit')
})

await t.test('a directory that cannot be written costs another fetch', async t => {
  const file = join(directory, 'file')
  writeFileSync(file, '')
  const cache = answerCache({ directory: join(file, 'below'), maxBytes: 1000 })
  const { fetch } = source({ bytes, until: NOW + HOUR })
  t.match(await cache.get('a', NOW, fetch), { bytes })
})
