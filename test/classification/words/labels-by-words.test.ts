import t from 'tap'
import type { ClassLabel } from '../../../src/classification/judge.js'
import { labelsByWords } from '../../../src/classification/words/labels-by-words.js'
import { readWordModel } from '../../../src/classification/words/word-model.js'

const model = readWordModel(
  'protect_bias\t0\nconfide_bias\t0\nleast_features\t1\nraise_from\t0.5\nundo_below\t-0.5\n',
)
const HEALTH: ClassLabel = { id: 'terms-health', class: 'confidential', part: '1', why: 'health' }
const OWN: ClassLabel = { id: 'terms-clinic', class: 'confidential', part: '1', why: 'clinic' }
const BASE = {
  protect: 0,
  confide: 0,
  count: 50,
  strongest: () => ['kr…s'],
  where: { path: '1', place: 'text' },
} as const

function classes(labels: readonly ClassLabel[], more: Partial<typeof BASE> | object) {
  const learned = { model, ownDomains: new Set(['clinic']) }
  const given = labelsByWords(labels, { ...BASE, ...more }, learned)
  return given.map(one => `${one.id} ${one.class}`)
}

await t.test('words and dictionaries are brought together', t => {
  const both = [HEALTH, OWN]
  const cases: [string, readonly ClassLabel[], object, readonly string[]][] = [
    ['nothing clear changes nothing', [HEALTH], {}, ['terms-health confidential']],
    ['clear words against it undo it', [HEALTH], { protect: -1 }, []],
    ['not in a short text', [HEALTH], { protect: -1, count: 24 }, ['terms-health confidential']],
    ['own dictionaries stand', both, { protect: -1 }, ['terms-clinic confidential']],
    ['it is lower where words say so', [HEALTH], { confide: -2 }, ['terms-health high']],
    ['clear words alone are high', [], { protect: 1, confide: -1 }, ['words high']],
    ['or confidential', [], { protect: 1, confide: 1 }, ['words confidential']],
    ['not in a short text alone', [], { protect: 1, count: 19 }, []],
  ]
  for (const [name, labels, more, want] of cases) t.same(classes(labels, more), want, name)
  t.end()
})

await t.test('the reason has masked words and points of a hundred', t => {
  const learned = { model, ownDomains: new Set<string>() }
  const [label] = labelsByWords([], { ...BASE, protect: 1 }, learned)
  t.match(label, {
    why: 'words: 73 points of 100 by 50 features, above normal from 62; high: kr…s and more',
    threshold: { total: 73, from: 62 },
    evidence: ['kr…s'],
    part: '1',
    place: 'text',
    count: 50,
  })
  t.end()
})
