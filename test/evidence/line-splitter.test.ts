import fc from 'fast-check'
import t from 'tap'
import { LineSplitter } from '../../src/evidence/line-splitter.js'

const split = (splitter: LineSplitter, text: string) => splitter.push(Buffer.from(text))

void t.test('an unfinished line waits for its end', async t => {
  const splitter = new LineSplitter()
  t.same(split(splitter, 'one\ntw'), [{ text: 'one', bytes: 4 }])
  t.equal(splitter.waitingBytes, 2)
  t.same(split(splitter, 'o'), [])
  t.same(split(splitter, '\n\nthree'), [
    { text: 'two', bytes: 4 },
    { text: '', bytes: 1 },
  ])
  t.same(splitter.end(), [{ text: 'three', bytes: 5 }])
  t.same(splitter.end(), [])
})

void t.test('a character that is cut by a chunk is whole in its line', async t => {
  const splitter = new LineSplitter()
  const bytes = Buffer.from('ü\n')
  t.same(splitter.push(bytes.subarray(0, 1)), [])
  t.same(splitter.push(bytes.subarray(1)), [{ text: 'ü', bytes: 3 }])
})

void t.test('of an endless line the beginning is kept, and its length is known', async t => {
  const splitter = new LineSplitter(10)
  for (let count = 0; count < 1000; count++) split(splitter, 'x'.repeat(100))
  t.equal(splitter.waitingBytes, 100_000)
  t.same(split(splitter, '\nnext\n'), [
    { text: 'x'.repeat(10), bytes: 100_001 },
    { text: 'next', bytes: 5 },
  ])
})

void t.test('lines are the same in any chunks, and no byte is counted twice', async t => {
  const text = fc.stringMatching(/^[a-c\n]{0,60}$/)
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 9 }), (text, size) => {
      const splitter = new LineSplitter()
      const lines = []
      for (let at = 0; at < text.length; at += size)
        lines.push(...split(splitter, text.slice(at, at + size)))
      lines.push(...splitter.end())
      const bytes = lines.reduce((sum, line) => sum + line.bytes, 0)
      return (
        bytes === text.length && lines.map(line => line.text).join('\n') === text.replace(/\n$/, '')
      )
    }),
  )
  t.pass('holds')
})
