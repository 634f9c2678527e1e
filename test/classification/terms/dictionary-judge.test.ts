import fc from 'fast-check'
import t from 'tap'
import type { Passage } from '../../../src/classification/judge.js'
import { dictionaryJudges } from '../../../src/classification/terms/dictionary-judge.js'
import type { Lexicon } from '../../../src/classification/terms/lexicon.js'
import { group, lexiconOf, never, passageOf } from '../../support/dictionaries.js'
import { hostileText } from '../../support/identifier-numbers.js'

async function labels(lexicon: Lexicon, passages: readonly Passage[], more: object = {}) {
  const options = {
    lexicon,
    thresholds: { highFrom: {}, confidentialFrom: {} },
    quotedPercent: 50,
    maxText: 10_000,
    ...more,
  }
  const judge = dictionaryJudges(options)()
  for (const passage of passages) await judge.read(passage, never)
  return judge.labels()
}

const SECRET = lexiconOf(group(['streng vertraulich'], { in_disclaimers: true }))
const RECORD = lexiconOf(group(['Krankenakte~']))

await t.test('a word counts alike in a text, in HTML, in a subject and in a file', async t => {
  for (const more of [
    {},
    { isHtml: true },
    { place: 'subject', isMail: false },
    { place: 'file name', isMail: false },
    { place: 'file', isMail: false },
  ] as const) {
    const [label] = await labels(RECORD, [passageOf('Krankenakte', more)])
    t.equal(label?.class, 'confidential', JSON.stringify(more))
  }
  t.end()
})

await t.test('what stands where counts as it should', async t => {
  const answered = 'Danke!\n\nAm 3.11. schrieb Anna:\n> '
  const cases: [string, Lexicon, readonly Passage[], object, number][] = [
    ['not in a signature', RECORD, [passageOf('Ja.\n\n-- \nKrankenakte GmbH')], {}, 0],
    ['in a file of signatures', RECORD, [passageOf('-- \nKrankenakte', { isMail: false })], {}, 1],
    ['half in what is answered', RECORD, [passageOf(`${answered}Krankenakte`)], {}, 0],
    [
      'in full there, if so set',
      RECORD,
      [passageOf(`${answered}Krankenakte`)],
      { quotedPercent: 100 },
      1,
    ],
    [
      'in full in what is forwarded',
      RECORD,
      [
        passageOf('WG: Akte', { place: 'subject', isMail: false }),
        passageOf('Von: Anna\nGesendet: heute\n\nKrankenakte'),
      ],
      {},
      1,
    ],
    [
      'not in a disclaimer, where disclaimers say so',
      SECRET,
      [passageOf('Diese E-Mail ist streng vertraulich. Irrtümliche Empfänger löschen sie.')],
      {},
      0,
    ],
    ['elsewhere', SECRET, [passageOf('Diese E-Mail ist streng vertraulich.')], {}, 1],
    [
      'not beyond the limit',
      RECORD,
      [passageOf('x'.repeat(20)), passageOf('Krankenakte')],
      { maxText: 20 },
      0,
    ],
  ]
  for (const [name, lexicon, passages, more, want] of cases) {
    t.equal((await labels(lexicon, passages, more)).length, want, name)
  }
  t.end()
})

await t.test('words near by', async t => {
  const for_ = lexiconOf(group(['Termin'], { near: ['Praxis'] }))
  const against = lexiconOf(group(['Diagnose'], { not_near: ['Server'] }))
  t.equal((await labels(for_, [passageOf('Termin in der Praxis')])).length, 1)
  t.equal((await labels(for_, [passageOf('Termin im Büro')])).length, 0)
  t.equal((await labels(for_, [passageOf(`Termin ${'x '.repeat(60)} Praxis`)])).length, 0)
  t.equal((await labels(against, [passageOf('Diagnose des Servers, Diagnose Server')])).length, 0)
  t.equal((await labels(against, [passageOf(`Server ${'x '.repeat(60)} Diagnose`)])).length, 1)
  t.end()
})

await t.test('a term inside a longer one does not count with it', async t => {
  const lexicon = lexiconOf(
    group(['Auszug', '*auszug'], { weight: 5 }),
    group(['Kontoauszug'], { weight: 6 }),
  )
  t.same(await labels(lexicon, [passageOf('Kontoauszug')]), [])
  t.equal((await labels(lexicon, [passageOf('Kontoauszug, Auszug')])).length, 1)
  t.end()
})

await t.test('any text is judged without an exception', async t => {
  let seen = 0
  const piece = fc.constantFrom(
    '> ',
    '\n',
    '-- \n',
    'Von: ',
    'Krankenakte',
    'schrieb:',
    '\n\n',
    'löschen ',
  )
  const text = fc.oneof(
    hostileText,
    fc.array(piece, { maxLength: 30 }).map(all => all.join('')),
  )
  await fc.assert(
    fc.asyncProperty(text, fc.boolean(), async (text, isHtml) => {
      seen += (await labels(RECORD, [passageOf(text, { isHtml })])).length + 1
    }),
  )
  t.ok(seen > 0)
  t.end()
})

await t.test('a stop is heard', async t => {
  const judge = dictionaryJudges({
    lexicon: RECORD,
    thresholds: { highFrom: {}, confidentialFrom: {} },
    quotedPercent: 50,
    maxText: 10,
  })()
  await t.rejects(judge.read(passageOf('x'), AbortSignal.abort()))
  t.end()
})
