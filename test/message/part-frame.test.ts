import t from 'tap'
import { PartFrame } from '../../src/message/part-frame.js'

await t.test('paths and depths follow the tree', t => {
  const root = new PartFrame(undefined, 0)
  const first = new PartFrame(root, 10)
  const second = new PartFrame(root, 20)
  const inner = new PartFrame(second, 30)
  t.same(
    [root, first, second, inner].map(({ part, depth }) => [part.path, depth]),
    [
      ['1', 1],
      ['1.1', 2],
      ['1.2', 2],
      ['1.2.1', 3],
    ],
  )
  t.equal(inner.part.parent, second.part)
  t.same(root.part.children, [first.part, second.part])
  t.equal(root.childCount, 2)
  t.end()
})

await t.test('a closed part is frozen and knows its texts', t => {
  const frame = new PartFrame(undefined, 0)
  frame.part.body = { start: 10, end: 10 }
  frame.endPreamble(15)
  frame.epilogueStart = 30
  frame.close(40)
  t.match(frame.part, {
    header: { start: 0, end: 0 },
    body: { start: 10, end: 40 },
    preamble: { start: 10, end: 15 },
    epilogue: { start: 30, end: 40 },
  })
  t.ok(Object.isFrozen(frame.part) && Object.isFrozen(frame.part.children))
  t.end()
})

await t.test('empty texts are no texts', t => {
  const frame = new PartFrame(undefined, 0)
  frame.endPreamble(0)
  frame.epilogueStart = 40
  frame.close(40)
  t.equal(frame.part.preamble, undefined)
  t.equal(frame.part.epilogue, undefined)
  t.end()
})
