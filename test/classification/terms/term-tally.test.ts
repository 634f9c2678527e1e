import t from 'tap'
import { compileLexicon } from '../../../src/classification/terms/lexicon.js'
import { maskedTerm, TermTally } from '../../../src/classification/terms/term-tally.js'
import { dictionary, group } from '../../support/dictionaries.js'

const lexicon = compileLexicon([
  dictionary([
    group(['Diagnose', 'Anamnese'], { name: 'record', weight: 6 }),
    group(['Termin'], { name: 'date', for: 'high', weight: 6 }),
    group(['Klinik'], { name: 'care', for: 'support', weight: 4 }),
  ]),
])
const [DIAGNOSE, ANAMNESE, TERMIN, KLINIK] = [0, 1, 2, 3] as const
const NONE = { highFrom: {}, confidentialFrom: {} }

function labels(terms: readonly (readonly [number, number])[], thresholds = NONE) {
  const tally = new TermTally(lexicon, thresholds)
  for (const [term, share] of terms) tally.add(term, { share, where: { path: '1', place: 'text' } })
  return tally.labels()
}

await t.test('points of different terms are added up', t => {
  const cases: [string, readonly (readonly [number, number])[], string | undefined][] = [
    ['one is not enough', [[DIAGNOSE, 1]], undefined],
    [
      'twice the same is one',
      [
        [DIAGNOSE, 1],
        [DIAGNOSE, 1],
      ],
      undefined,
    ],
    [
      'two are confidential',
      [
        [DIAGNOSE, 1],
        [ANAMNESE, 1],
      ],
      'confidential',
    ],
    [
      'half of each is not enough',
      [
        [DIAGNOSE, 0.5],
        [ANAMNESE, 0.5],
      ],
      undefined,
    ],
    [
      'the better place counts',
      [
        [DIAGNOSE, 0.5],
        [DIAGNOSE, 1],
        [ANAMNESE, 1],
      ],
      'confidential',
    ],
    [
      'one of each class is high',
      [
        [DIAGNOSE, 1],
        [TERMIN, 1],
      ],
      'high',
    ],
    [
      'one with support is confidential',
      [
        [DIAGNOSE, 1],
        [KLINIK, 1],
      ],
      'confidential',
    ],
    [
      'support for the lower class is high',
      [
        [TERMIN, 1],
        [KLINIK, 1],
      ],
      'high',
    ],
    ['support alone is nothing', [[KLINIK, 1]], undefined],
  ]
  for (const [name, terms, want] of cases) t.equal(labels(terms)[0]?.class, want, name)
  t.end()
})

await t.test('thresholds of the settings hold in place of those of the dictionary', t => {
  const thresholds = { highFrom: { sample: 6 }, confidentialFrom: { sample: 0 } }
  t.equal(labels([[DIAGNOSE, 1]], thresholds)[0]?.class, 'high')
  t.equal(
    labels(
      [
        [DIAGNOSE, 1],
        [ANAMNESE, 1],
      ],
      thresholds,
    )[0]?.class,
    'high',
  )
  t.end()
})

await t.test('the reason shows points, threshold and place, and masks the terms', t => {
  const tally = new TermTally(lexicon, NONE)
  tally.add(DIAGNOSE, { share: 1, where: { path: '1.2', place: 'text' } })
  tally.add(ANAMNESE, { share: 1, where: { path: '1', place: 'subject' } })
  t.same(tally.labels(), [
    {
      id: 'terms-sample',
      class: 'confidential',
      part: '1.2',
      place: 'text',
      count: 2,
      evidence: ['Di…e', 'An…e'],
      threshold: { total: 12, from: 10 },
      why: 'sample: 12 points in the text and the subject, confidential from 10: record Di…e 6, record An…e 6',
    },
  ])
  t.equal(maskedTerm('*befund~'), 'be…d')
  t.end()
})

t.test('the label stands where an attachment adds to it, if one does', t => {
  const tally = new TermTally(lexicon, NONE)
  tally.add(DIAGNOSE, { share: 1, where: { path: '1.1', place: 'text' } })
  tally.add(ANAMNESE, { share: 1, where: { path: '1.2', place: 'file', file: 'a.zip > b.docx' } })
  t.match(tally.labels(), [{ part: '1.2', place: 'file', file: 'a.zip > b.docx' }])
  t.end()
})
