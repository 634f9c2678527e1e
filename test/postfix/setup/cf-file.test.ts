import fc from 'fast-check'
import t from 'tap'
import {
  cfText,
  entryOf,
  parseCf,
  withEntry,
  withoutEntry,
} from '../../../src/postfix/setup/cf-file.js'

const MAIN = `# head
a = 1
b =
  two
# between
  words

# foot
c=3
a = 4`

await t.test('entries with their continuation lines, and what lies between', async t => {
  t.same(
    parseCf(MAIN, 'main').map(({ key, line, text }) => [key, line, text]),
    [
      [undefined, 1, '# head\n'],
      ['a', 2, 'a = 1\n'],
      ['b', 3, 'b =\n  two\n# between\n  words\n'],
      [undefined, 7, '\n'],
      [undefined, 8, '# foot\n'],
      ['c', 9, 'c=3\n'],
      ['a', 10, 'a = 4'],
    ],
  )
})

await t.test('services are known by name and type', async t => {
  const text = 'smtp      inet  n - y - - smtpd\n  -o a=b\n#x unix n\nsmtp unix - - y - - smtp\n'
  t.same(
    parseCf(text, 'master').map(({ key }) => key),
    ['smtp/inet', undefined, 'smtp/unix'],
  )
})

await t.test('the last entry of a name counts, and is the one that is changed', async t => {
  const pieces = parseCf(MAIN, 'main')
  t.equal(entryOf(pieces, 'a')?.line, 10)
  t.equal(entryOf(pieces, 'd'), undefined)
  t.equal(cfText(withEntry(pieces, 'a', 'a = 5\n')), MAIN.replace('a = 4', 'a = 5\n'))
  t.equal(cfText(withEntry(pieces, 'b', 'b = x\n')), MAIN.replace(/b =[^]*words/, 'b = x'))
  t.equal(cfText(withEntry(pieces, 'd', 'd = 6\n')), `${MAIN}\nd = 6\n`)
  t.equal(cfText(withoutEntry(pieces, 'a')), MAIN.replace('a = 4', ''))
  t.equal(cfText(withoutEntry(pieces, 'd')), MAIN)
})

await t.test(
  'forms that are no entry: a blank before everything, a line without a value',
  async t => {
    t.same(
      parseCf('  lost\n# c\n', 'main').map(({ key }) => key),
      [undefined, undefined],
    )
    t.same(
      parseCf('word\n', 'main').map(({ key }) => key),
      ['word'],
    )
    t.same(parseCf('', 'master'), [])
  },
)

await t.test('the pieces are the file, whatever it is', async t => {
  const text = fc.string({ unit: fc.constantFrom('a', '=', ' ', '#', '\n', 'b') })
  fc.assert(
    fc.property(
      text,
      fc.constantFrom('main' as const, 'master' as const),
      (file, kind) =>
        parseCf(file, kind)
          .map(piece => piece.text)
          .join('') === file,
    ),
  )
  for (let length = 0; length <= MAIN.length; length++) {
    const cut = MAIN.slice(0, length)
    t.equal(cfText(parseCf(cut, 'main')), cut)
  }
})
