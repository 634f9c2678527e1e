import fc from 'fast-check'
import t from 'tap'
import { Folder } from '../../src/classification/folder.js'

function foldInPieces(text: string, size: number): string {
  const folder = new Folder(0)
  for (let at = 0; at < text.length; at += size) {
    folder.add(text, at, Math.min(at + size, text.length))
  }
  return folder.finish().text
}

await t.test('a text is folded the same in pieces of any length', t => {
  let seen = 0
  const piece = fc.constantFrom(
    'a',
    'Ä',
    'ß',
    'ﬃ',
    '\r',
    '\n',
    ' ',
    '>',
    '@',
    ':',
    '\u{1d7d5}',
    '\u200b',
    'x:/',
  )
  fc.assert(
    fc.property(fc.array(piece), fc.integer({ min: 1, max: 5 }), (pieces, size) => {
      seen++
      const text = pieces.join('')
      return foldInPieces(text, size) === foldInPieces(text, text.length || 1)
    }),
  )
  t.ok(seen > 0)
  t.end()
})

await t.test('what is folded is ASCII, whatever the text', t => {
  let seen = 0
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      seen++
      return /^[\n\u0001 -~]*$/.test(foldInPieces(text, text.length || 1))
    }),
  )
  t.ok(seen > 0)
  t.end()
})

await t.test('a text of ligatures takes the room that it needs', t => {
  t.equal(foldInPieces('ﬃ '.repeat(1000), 7), 'ffi '.repeat(1000))
  t.end()
})
