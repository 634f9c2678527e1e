import fc from 'fast-check'
import t from 'tap'
import { Automaton, type Key } from '../../../src/classification/terms/automaton.js'

/** `key@end` of everything found, walked over in pieces of `slice` characters. */
function walk(keys: readonly Key[], text: string, slice = 1000): readonly string[] {
  const automaton = new Automaton(keys)
  const codes = Buffer.from(text)
  const found: string[] = []
  let state = automaton.start
  for (let at = 0; at < codes.length; at += slice) {
    const to = Math.min(at + slice, codes.length)
    state = automaton.walk(codes, at, to, state, (key, end) => {
      found.push(`${keys[key]?.text}@${end}`)
    })
  }
  return found
}

const word = (text: string): Key => ({ text, isOpen: false })
const open = (text: string): Key => ({ text, isOpen: true })

await t.test('words are found', t => {
  const cases: [string, readonly Key[], string, readonly string[]][] = [
    ['where a word begins', [word('ab')], 'ab xab ab', ['ab@2', 'ab@9']],
    ['inside words, where that is asked for', [open('ab')], 'ab xab', ['ab@2', 'ab@6']],
    ['that begin alike', [word('abc'), word('abd')], 'abc abd', ['abc@3', 'abd@7']],
    ['that end in each other', [open('bcd'), open('cd')], 'abcd', ['bcd@4', 'cd@4']],
    ['of which one is the start of another', [word('a1'), word('a12')], 'a12', ['a1@2', 'a12@3']],
    ['behind any separator', [word('ab')], '-ab\n\nab"ab', ['ab@3', 'ab@7', 'ab@10']],
  ]
  for (const [name, keys, text, want] of cases) {
    t.same(walk(keys, text), want, name)
    t.same(walk(keys, text, 1), want, `${name}, character by character`)
  }
  t.same(walk([], 'ab'), [], 'none are found where none are looked for')
  t.end()
})

await t.test('what is found is what a search for each word finds', t => {
  let seen = 0
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 })
  const keys = fc.array(fc.tuple(letters, fc.boolean()), { maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 40 })
  fc.assert(
    fc.property(keys, text, (pairs, text) => {
      const unique = [...new Map(pairs.map(pair => [pair.join(), pair])).values()]
      const wanted = unique.map(([text, isOpen]) => ({ text, isOpen }))
      const expected = wanted.flatMap(({ text: key, isOpen }) =>
        placesOf(isOpen ? text : ` ${text}`, isOpen ? key : ` ${key}`).map(
          at => `${key}@${at + key.length}`,
        ),
      )
      seen += expected.length
      return walk(wanted, text).toSorted().join() === expected.toSorted().join()
    }),
  )
  t.ok(seen > 0)
  t.end()
})

function placesOf(text: string, key: string): number[] {
  const places: number[] = []
  for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + 1)) places.push(at)
  return places
}
