import fc from 'fast-check'
import t from 'tap'
import { foldText } from '../../../src/classification/fold-text.js'
import { NumberSearch } from '../../../src/classification/identifiers/find-numbers.js'
import { KIND_IDS, KINDS } from '../../../src/classification/identifiers/kinds.js'
import { mayHoldNumber } from '../../../src/classification/identifiers/may-hold-number.js'
import { EXAMPLES } from '../../support/identifier-numbers.js'

const mayHold = (text: string): boolean => mayHoldNumber(text, text.length)
const NUMBERS = KIND_IDS.flatMap(id => EXAMPLES[id])

function isFound(text: string): boolean {
  const folded = foldText(text)
  const search = new NumberSearch(folded, KINDS, { maxSightings: 1, end: folded.length })
  while (!search.isDone) search.run(1000)
  return search.sightings.length > 0
}

await t.test('every example may be one, however it is written', t => {
  for (const number of NUMBERS) {
    t.ok(mayHold(number), number)
    t.ok(mayHold(`Seine Nummer ist ${number}, danke.`), `${number} in a sentence`)
    t.ok(mayHold(number.replace(/[ .-]/g, '\r\n> ')), `${number} in quoted mail`)
    t.ok(mayHold(number.replace(/\d/, '$&\u200b')), `${number} with a hidden character`)
    t.ok(mayHold(number.replace(/[ .-]/g, '\u2011')), `${number} with other hyphens`)
  }
  t.end()
})

await t.test('what most mail holds of numbers is none', t => {
  for (const text of [
    '',
    'Liebe Frau Muster, können wir uns sehen?',
    'Am 30.11.2026 um 14:30 Uhr, Raum 12, Preis 1’250.00 CHF, 8000 Zürich',
    'le 3 décembre 2026 à 14h30, salle 12, prix 12,50 €',
    'Rechnung 2026-114 vom 1.12.2026: 3 Stk. zu 45.-',
    'a'.repeat(5000),
  ])
    t.notOk(mayHold(text), text.slice(0, 40))
  t.end()
})

await t.test('letters of other scripts may stand for digits', t => {
  t.ok(mayHold('７５６'))
  t.ok(mayHold('\u{1D7D9}'))
  t.notOk(mayHoldNumber('Gruss ７５６', 5), 'but not beyond the end')
  t.end()
})

await t.test('what the search finds was let through', t => {
  const pieces = fc.constantFrom(
    ...NUMBERS,
    'am 3. ',
    'de 12 ',
    ' ',
    '\n> ',
    '-',
    'Nr. ',
    'x',
    'é',
    '7',
  )
  let found = 0
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 6 }), parts => {
      const text = parts.join('')
      if (!isFound(text)) return
      found += 1
      if (!mayHold(text)) throw new Error(text)
    }),
    { numRuns: 400 },
  )
  t.ok(found > 20, `${found} texts with numbers`)
  t.end()
})
