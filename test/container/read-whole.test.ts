import t from 'tap'
import { readWhole } from '../../src/container/read-whole.js'
import { chunksOf } from '../support/container-bytes.js'

t.test('a stream in one piece, up to the limit', async t => {
  const bytes = Buffer.from('0123456789')
  t.same(await readWhole(chunksOf(bytes, 3), 10), bytes)
  t.equal(await readWhole(chunksOf(bytes, 3), 9), undefined)
  t.same(await readWhole(chunksOf(Buffer.alloc(0)), 0), Buffer.alloc(0))
})
