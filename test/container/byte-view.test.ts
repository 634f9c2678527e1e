import t from 'tap'
import { partOf, readAt, readUpTo, streamOf, viewOf } from '../../src/container/byte-view.js'
import { noise } from '../support/container-bytes.js'

const bytes = noise(200_000)
const view = viewOf(bytes)
const truncated = { code: 'ERR_CONTAINER_TRUNCATED' }

await t.test('what reaches outside breaks off', async t => {
  await t.rejects(readAt(view, 199_999, 2), truncated)
  await t.rejects(readAt(view, -1, 2), truncated)
  await t.rejects(readAt(view, Number.MAX_SAFE_INTEGER, 1), truncated)
  t.throws(() => partOf(view, 10, 5), truncated)
  t.throws(() => partOf(view, 0, Number.NaN), truncated)
  await t.rejects(streamOf(view, 0, 200_001).next(), truncated)
})

await t.test('bytes are read where they are', async t => {
  t.same(await readAt(view, 5, 3), bytes.subarray(5, 8))
  t.same(await readUpTo(view, 199_998, 10), bytes.subarray(199_998))
  t.equal((await readUpTo(view, 200_000, 10)).length, 0)
  t.equal((await readUpTo(view, -5, 10)).length, 0)
  t.same(await readAt(partOf(view, 100, 200), 10, 3), bytes.subarray(110, 113))
  const pieces: Buffer[] = []
  for await (const piece of streamOf(view, 1, 199_000)) pieces.push(piece)
  t.ok(Buffer.concat(pieces).equals(bytes.subarray(1, 199_000)))
  t.equal(pieces.length, 4)
})
