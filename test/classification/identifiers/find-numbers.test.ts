import t from 'tap'
import { foldText } from '../../../src/classification/fold-text.js'
import { NumberSearch } from '../../../src/classification/identifiers/find-numbers.js'
import { KINDS, type Kind } from '../../../src/classification/identifiers/kinds.js'
import { EXAMPLES } from '../../support/identifier-numbers.js'

const MANY = 10_000

function findNumbers(text: string, kinds: readonly Kind[], maxSightings: number): NumberSearch {
  const folded = foldText(text)
  const search = new NumberSearch(folded, kinds, { maxSightings, end: folded.length })
  while (!search.isDone) search.run(1000)
  return search
}

/** `kind value` of each sighting, with a star where its groups are unusual. */
function seen(text: string, maxSightings = MANY): readonly string[] {
  return findNumbers(text, KINDS, maxSightings).sightings.map(
    ({ kind, value, isUsual }) => `${kind.id} ${value}${isUsual ? '' : ' *'}`,
  )
}

await t.test('every example is found, at its place', t => {
  for (const kind of KINDS) {
    for (const example of EXAMPLES[kind.id]) {
      const { sightings } = findNumbers(`x: ${example}, y`, KINDS, MANY)
      const own = sightings.find(one => one.kind.id === kind.id)
      t.match(own, { start: 3, end: 3 + example.length, isUsual: true, isAlone: true }, example)
    }
  }
  t.end()
})

await t.test('a number', t => {
  const ahv = 'ahv 7569217076985'
  const cases: [string, string, readonly string[]][] = [
    ['counts without separators', '7569217076985', [ahv]],
    ['counts with its own groups', '756.9217.0769.85', [ahv]],
    ['counts with other separators', '756-9217-0769-85 756 9217 0769 85', [ahv, ahv]],
    ['counts with groups of its own', '7569 21 70 769 85', [`${ahv} *`]],
    ['counts across a line end', '756.9217.\n0769.85', [ahv]],
    ['counts in lower case', 'ch9300762011623852957', ['iban CH9300762011623852957']],
    ['counts behind an abbreviation', 'AHV7569217076985 AHVNr.756.9217.0769.85', [ahv, ahv]],
    ['counts between commas', '7569217076985,7569217076985', [ahv, ahv]],
    ['counts at the end of a sentence', 'ist 756.9217.0769.85.', [ahv]],
    ['counts in the name of a file', 'AHV_756.9217.0769.85.pdf', [`${ahv} *`]],
    ['counts beside another number', '12 756.9217.0769.85 2026', [ahv]],
    ['behind a short run and before a long one is none', `1 ${'7'.repeat(1000)}`, []],
    ['with a letter before it is none', 'x7569217076985', []],
    ['with a letter behind it is none', '7569217076985x', []],
    ['with a digit before or behind it is none', '17569217076985 75692170769851', []],
    ['with more groups of its sort is none', '11.756.9217.0769.85 756.9217.0769.85.22', []],
    ['behind a plus sign is none', '+7569217076985', []],
    ['with a decimal fraction is none', '7569217076985,50', []],
    ['across an empty line is none', '756.9217.\n\n0769.85', []],
    ['across a comma is none', '756,9217,0769,85', []],
    ['with two separators together is none', '756..9217..0769..85 756--9217', []],
    ['in an identifier of a program is none', '12345678-7569-2170-7698-512345678901', []],
    [
      'of a card is seen beside its date',
      '4111 1111 1111 1111 12/28',
      ['payment-card 4111111111111111'],
    ],
    ['of a card zone has its nationality behind it', 'L01X00T471D<<', ['id-document L01X00T471']],
    ['tied to letters has unusual groups', 'RE-86095742719', ['steuer-id 86095742719 *']],
  ]
  for (const [name, text, want] of cases) t.same(seen(text), want, name)
  t.end()
})

await t.test('digits near by are told', t => {
  const isAlone = (text: string): boolean | undefined =>
    findNumbers(text, KINDS, MANY).sightings[0]?.isAlone
  t.equal(isAlone('LANR 12 34 56 60 1'), true)
  t.equal(isAlone('LANR 77 123456601'), false)
  t.equal(isAlone('LANR 123456601 77'), false)
  t.end()
})

await t.test('wrong numbers of a form that may stand alone are counted', t => {
  const { misses } = findNumbers('12345678901 x 86095742719 x 12345678902 A000500016', KINDS, MANY)
  t.same([...misses], [['steuer-id', 2]])
  t.end()
})

await t.test('the search ends with the number of sightings that is asked for', t => {
  t.equal(seen('7569217076985 '.repeat(10), 3).length, 3)
  t.end()
})

await t.test('nothing is looked for where no kind is wanted', t => {
  t.same(findNumbers('756.9217.0769.85', [], MANY).sightings, [])
  t.end()
})

await t.test('the steps grow with the length of the text, whatever it is', t => {
  const samples = ['1 ', 'a1', 'CH93 0076 ', 'DE89 3704 0044 0532 0130 00 ', '1.', 'A1 ', 'a ', '-']
  for (const sample of samples) {
    const steps = (length: number): number =>
      findNumbers(sample.repeat(length / sample.length), KINDS, Number.POSITIVE_INFINITY).steps
    const [small, large] = [steps(20_000), steps(40_000)]
    t.ok(large <= 2.1 * small + 50, `${JSON.stringify(sample)}: ${small}, ${large}`)
  }
  const megabyte = 'CH93 0076 '.repeat(105_000)
  const { steps } = findNumbers(megabyte, KINDS, MANY)
  t.ok(steps > 100_000 && steps < 10 * megabyte.length, `${steps} steps for a megabyte`)
  t.end()
})
