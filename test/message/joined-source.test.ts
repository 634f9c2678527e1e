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

await t.test('memory is handed on to the one source that has the bytes', async t => {
  const handed: (Buffer | undefined)[] = []
  const watched: ByteSource = {
    ...slow('defghi'),
    read: async (_start, _end, memory) => {
      handed.push(memory)
      return Buffer.from('xy')
    },
  }
  const source = joinedSource([bufferSource(Buffer.from('abc')), watched])
  const memory = Buffer.alloc(9)
  t.equal((await source.read(4, 6, memory)).toString(), 'xy')
  t.equal((await source.read(2, 5, memory)).toString(), 'cxy')
  t.same(
    handed.map(each => each === memory),
    [true, false],
    'two sources must not write into the same place',
  )
})

await t.test('a range outside is refused', async t => {
  const source = joinedSource([bufferSource(Buffer.from('abc'))])
  t.throws(() => source.peek(0, 4), RangeError)
  await t.rejects(source.read(-1, 2), RangeError)
})
