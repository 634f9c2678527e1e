import t from 'tap'
import { StructureBuilder } from '../../src/message/structure-builder.js'
import { damageOf } from '../support/message-outline.js'

const LIMITS = { maxDepth: 10, maxParts: 3, maxHeaderBytes: 1000 }
const MIXED = Buffer.from('Content-Type: multipart/mixed; boundary=b\r\n\r\n')

await t.test('headers and delimiters become a tree', t => {
  const builder = new StructureBuilder(LIMITS)
  t.equal(builder.hasBoundaries, false)
  builder.header.read(MIXED, 0)
  t.equal(builder.endHeader(), 'body')
  t.equal(builder.hasBoundaries, true)
  const line = Buffer.from('--b\r\n')
  t.match(builder.match(line, 0, line.length, 50), { index: 0, isEnd: false })
  t.equal(builder.delimit({ index: 0, isEnd: false, start: 50, end: 55, lead: 2 }), 'header')
  builder.header.read(Buffer.from('\r\n'), 0)
  t.equal(builder.endHeader(), 'body')
  t.equal(builder.delimit({ index: 0, isEnd: true, start: 60, end: 67, lead: 2 }), 'body')
  const { root, size, damage } = builder.finish(70)
  t.equal(size, 70)
  t.match(root, {
    type: 'multipart/mixed',
    header: { start: 0, end: 45 },
    body: { start: 45, end: 70 },
    preamble: { start: 45, end: 48 },
    epilogue: { start: 67, end: 70 },
    children: [{ path: '1.1', header: { start: 55, end: 57 }, body: { start: 57, end: 58 } }],
  })
  t.same(damage, [])
  t.end()
})

await t.test('the part over the limit takes the rest', t => {
  const builder = new StructureBuilder({ ...LIMITS, maxParts: 1 })
  builder.header.read(MIXED, 0)
  t.equal(builder.endHeader(), 'body')
  t.equal(builder.delimit({ index: 0, isEnd: false, start: 45, end: 50, lead: 0 }), 'rest')
  const { root, damage } = builder.finish(90)
  t.match(root.children, [{ type: 'application/octet-stream', body: { start: 50, end: 90 } }])
  t.same(damageOf({ damage }), ['1.1 part-limit'])
  t.end()
})

await t.test('the first line break of a message says which kind is right', t => {
  const builder = new StructureBuilder(LIMITS)
  builder.lineBreak(false, 0)
  builder.lineBreak(true, 10)
  builder.lineBreak(false, 20)
  t.same(damageOf(builder.finish(30)), [])
  const strict = new StructureBuilder(LIMITS)
  strict.lineBreak(true, 0)
  strict.lineBreak(false, 10)
  t.same(damageOf(strict.finish(30)), ['1 bare-lf'])
  t.end()
})
