import t from 'tap'
import { joinedSource } from '../../src/message/joined-source.js'
import { bufferSource, type ByteSource } from '../../src/message/source.js'

const slow = (text: string): ByteSource => ({
  ...bufferSource(Buffer.from(text)),
  peek: () => undefined,
})

const RANGES: readonly [start: number, end: number, want: string][] = [
  [0, 9, 'abcdefghi'],
  [0, 3, 'abc'],
  [2, 4, 'cd'],
  [3, 3, ''],
  [3, 6, 'def'],
  [5, 9, 'fghi'],
  [9, 9, ''],
]

await t.test('several sources read as one', async t => {
  const sources = [bufferSource(Buffer.from('abc')), bufferSource(Buffer.alloc(0))]
  const fast = joinedSource([...sources, bufferSource(Buffer.from('defghi'))])
  const mixed = joinedSource([...sources, slow('defghi')])
  t.equal(mixed.size, 9)
  for (const [start, end, want] of RANGES) {
    t.equal(fast.peek(start, end)?.toString(), want)
    t.equal((await mixed.read(start, end)).toString(), want)
  }
  t.equal(mixed.peek(0, 3)?.toString(), 'abc')
  t.equal(mixed.peek(0, 4), undefined)
})

await t.test('a range outside is refused', async t => {
  const source = joinedSource([bufferSource(Buffer.from('abc'))])
  t.throws(() => source.peek(0, 4), RangeError)
  await t.rejects(source.read(-1, 2), RangeError)
})
