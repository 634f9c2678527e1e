import t from 'tap'
import { bufferSource, checkRange } from '../../src/message/source.js'

await t.test('a buffer source gives views at once', async t => {
  const source = bufferSource(Buffer.from('abcdef'))
  t.equal(source.size, 6)
  t.equal(source.peek(1, 3)?.toString(), 'bc')
  t.equal((await source.read(0, 6)).toString(), 'abcdef')
  t.equal((await source.read(6, 6)).length, 0)
})

await t.test('a range outside the source is refused', async t => {
  const source = bufferSource(Buffer.from('abc'))
  for (const [start, end] of [
    [-1, 2],
    [2, 1],
    [0, 4],
    [4, 4],
    [0.5, 1],
    [0, Number.NaN],
  ] as const) {
    t.throws(() => source.peek(start, end), RangeError)
    await t.rejects(source.read(start, end), RangeError)
    t.throws(() => checkRange(start, end, 3), RangeError)
  }
  checkRange(0, 3, 3)
})
