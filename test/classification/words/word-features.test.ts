import fc from 'fast-check'
import t from 'tap'
import { foldText } from '../../../src/classification/fold-text.js'
import {
  eachFeature,
  featureName,
  hashOfName,
} from '../../../src/classification/words/word-features.js'

function names(text: string): readonly string[] {
  const folded = foldText(text)
  const seen: string[] = []
  eachFeature(folded, 0, folded.length, (_hash, kind, first, last) => {
    seen.push(featureName(folded, kind, first, last))
  })
  return seen
}

await t.test('a text is its words, their fronts and ends, and its pairs', t => {
  t.same(names('Die Diagnose: 20 mg, 2026!'), [
    'word die',
    'word diagnose',
    'front diagn',
    'end gnose',
    'pair die diagnose',
    'pair diagnose #',
    'word mg',
    'pair # mg',
    'pair mg ####',
  ])
  t.same(names(''), [])
  t.same(names('a'), [], 'a letter alone says nothing')
  t.end()
})

await t.test('a name has the hash of what it names', t => {
  let seen = 0
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'abcdexyz19 .\n'.split('')), maxLength: 60 }),
      text => {
        const folded = foldText(text)
        eachFeature(folded, 0, folded.length, (hash, kind, first, last) => {
          seen += 1
          if (hashOfName(featureName(folded, kind, first, last)) !== hash) throw new Error(text)
        })
      },
    ),
    { numRuns: 300 },
  )
  t.ok(seen > 100)
  t.end()
})

await t.test('what is no name is refused', t => {
  for (const name of ['', 'word', 'word ', 'word Ab', 'stem abc', 'pair a'])
    t.throws(() => hashOfName(name), { message: `${name} is no feature` })
  t.end()
})
