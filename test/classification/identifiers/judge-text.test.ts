import fc from 'fast-check'
import t from 'tap'
import { contextReader } from '../../../src/classification/identifiers/context.js'
import { foldPassage, foldText } from '../../../src/classification/fold-text.js'
import { Pace } from '../../../src/classification/pace.js'
import {
  judgeText,
  type Inquiry,
  type Judgement,
} from '../../../src/classification/identifiers/judge-text.js'
import { KINDS } from '../../../src/classification/identifiers/kinds.js'
import {
  ahvNumber,
  EXAMPLES,
  germanIban,
  hostileText,
  WORD,
} from '../../support/identifier-numbers.js'

const pace = new Pace(new AbortController().signal)
const ALL: Inquiry = { kinds: KINDS, saidOf: contextReader(), maxSightings: 10_000 }

/** `kind confidence` of what was found. */
async function found(text: string, more: Partial<Inquiry> = {}): Promise<readonly string[]> {
  const { found } = await judge(text, more)
  return found.map(({ id, confidence }) => `${id} ${confidence}`)
}

async function foundInHtml(text: string): Promise<readonly string[]> {
  const { found } = await judgeHtml(text)
  return found.map(({ id, confidence }) => `${id} ${confidence}`)
}

function judge(text: string, more: Partial<Inquiry> = {}): Promise<Judgement> {
  return judgeText(foldText(text), { ...ALL, ...more }, pace)
}

async function judgeHtml(text: string): Promise<Judgement> {
  const passage = { path: '1', place: 'text', text, isHtml: true } as const
  return judgeText(await foldPassage(passage, text.length, pace), ALL, pace)
}

await t.test('every example is sure with its word, and as the kind says without', async t => {
  for (const { id, alone } of KINDS) {
    for (const example of EXAMPLES[id]) {
      const withWord = await found(`${WORD[id]}: ${example}`)
      t.ok(withWord.includes(`${id} high`), `${WORD[id]} ${example}: ${withWord.join()}`)
      const without = await found(`Muster, ${example}, Musterstadt`)
      t.ok(without.includes(`${id} ${alone === 'none' ? 'low' : 'medium'}`), example)
    }
  }
  t.end()
})

await t.test('a number is found however it is written', async t => {
  const hidden = [
    '756.9217.0769.85',
    '756 9217 0769 85',
    '756\u00a09217\u202f0769\u200985',
    '756-9217\u20110769\u201385',
    '756.92\u200b17.07\u00ad69.\ufeff85',
    '756.9217.\r\n0769.85',
    '> 756.9217.\n> 0769.85',
    '756.92=17'.replace('=', '\u2060') + '.0769.85',
    '\uff17\uff15\uff16.9217.0769.85',
    '7 5 6 9 2 1 7 0 7 6 9 8 5',
  ]
  for (const text of hidden) t.same((await found(`Nr. ${text}`)).at(-1), 'ahv medium', text)
  const html = [
    '756.<b>9217</b>.0769.85',
    '75<span>6.92</span>17.07<i></i>69.85',
    '<td>756</td><td>9217</td><td>0769</td><td>85</td>',
    '&#55;56&#46;9217&period;0769&#x2e;85',
    '756&nbsp;9217&thinsp;0769&shy;85',
    '<p>756.9217.<br>\n 0769.85</p>',
    '<input value="756.9217.0769.85">',
  ]
  for (const text of html) t.same((await foundInHtml(text)).at(-1), 'ahv medium', text)
  t.end()
})

await t.test('everyday numbers are not taken for identifiers', async t => {
  const everyday = [
    'Tel. +41 44 123 45 67, Mobil 079 123 45 67, Fax 0041441234568',
    'Rechnung Nr. 86095742719 vom 12.03.2026, Betrag CHF 1\u2019840.00',
    'RE-86095742719, Bestellung 47036892816, Auftrag 65929970489',
    'Sendungsnummer 99.00.123456.12345678, Tracking 4111111111111111, JJD0123456601',
    'Message-ID <7569217076985.123456601@mail.example>',
    'https://shop.example/p/7569217076985?order=86095742719',
    'sha256 7569217076985abc86095742719def4111111111111111',
    '123e4567-e89b-12d3-a456-426614174000',
    '2026-11-29T23:45:25.123456 1764459925123',
    'IBAN CH93 0076 2011 6238 5295 0, AHV 756.1234.5678.90',
    'EAN 7612345678900, Art. 123456601',
    'PGh0bWw+PGJvZHk+QUhWIDc1Ni45MjE3LjA3NjkuODU8L2JvZHk+PC9odG1sPjc1NjkyMTcwNzY5ODU=',
    'T 41791234567 M 49123456789 F 41441234567',
    'Meeting-ID: 865 9574 2719, PIN 123456',
  ]
  for (const text of everyday)
    t.same(
      (await found(text)).filter(one => !one.endsWith(' low')),
      [],
      text,
    )
  t.end()
})

await t.test('the context', async t => {
  const cases: [string, string, readonly string[]][] = [
    [
      'goes from row to row of a list',
      'LANR\n123456601 A\n654321101 B\n',
      ['lanr high', 'lanr high'],
    ],
    [
      'does not go further than a row',
      `LANR 123456601 ${'x '.repeat(110)}654321101`,
      ['lanr high', 'lanr low'],
    ],
    [
      'of another number is not overruled by the row before',
      'LANR 123456601, Tel. 654321101',
      ['lanr high', 'lanr low'],
    ],
    [
      'makes unusual groups count where the number stands alone',
      'LANR 12 34 56 60 1.',
      ['lanr high'],
    ],
    ['does not where more digits stand near', 'LANR 9 12 34 56 60 1 2', ['lanr low']],
  ]
  for (const [name, text, want] of cases) t.same(await found(text), want, name)
  t.end()
})

await t.test('a number that stands alone counts unless most of its form are wrong', async t => {
  const cases: [string, string, readonly string[]][] = [
    ['alone', '86095742719', ['steuer-id medium']],
    [
      'beside fewer wrong ones',
      '86095742719 47036892816 x 12345678901',
      ['steuer-id medium', 'steuer-id medium'],
    ],
    ['beside a wrong one', '86095742719 x 12345678901', ['steuer-id low']],
    ['in a list of others', '12345678901\n86095742719\n12345678902', ['steuer-id low']],
    ['with a word in a list of others', 'Steuer-ID 86095742719, 12345678902', ['steuer-id high']],
    ['of a kind that has its own front', '756.9217.0769.85 756.9217.0769.86', ['ahv medium']],
  ]
  for (const [name, text, want] of cases) t.same(await found(text), want, name)
  t.end()
})

await t.test('a number inside another one is not counted with it', async t => {
  const iban = germanIban(411_111_111_111_111_100n).replace(/.{4}/g, '$& ')
  t.match(iban, '4111 1111 1111 1111')
  t.same(await found(`Visa ${iban}`), ['iban medium'])
  t.same(await found(`Visa ${iban.slice(5)}`), ['payment-card high'])
  t.end()
})

await t.test('where a text was cut, its last word is no number', async t => {
  t.same(await found('AHV 756.9217.0769.85', { isCut: true }), [])
  t.same(await found('AHV 756.9217.0769.85 und', { isCut: true }), ['ahv high'])
  t.same(await found(`AHV ${'7'.repeat(300)}`, { isCut: true }), [])
  t.end()
})

await t.test('a text with more numbers than are looked at gives the first', async t => {
  const text = Array.from({ length: 50 }, (_, serial) => ahvNumber(serial)).join('\n')
  const { found, sightings } = await judge(text, { maxSightings: 20 })
  t.equal(sightings, 20)
  t.equal(found.length, 20)
  t.end()
})

await t.test('made-up numbers in made-up places are found', async t => {
  let seen = 0
  const separator = fc.constantFrom('.', ' ', '-', '\n', '\u00a0', '\u2009', '')
  const numbers = fc.oneof(
    fc.integer({ min: 0, max: 999_999_999 }).map(ahvNumber),
    fc.integer({ min: 0, max: 2 ** 40 }).map(germanIban),
  )
  const written = fc.tuple(numbers, separator, fc.integer({ min: 2, max: 5 }))
  await fc.assert(
    fc.asyncProperty(written, async ([number, separator, size]) => {
      seen++
      const groups = number.match(new RegExp(`.{1,${size}}`, 'g')) ?? []
      const text = `Guten Tag, ${groups.join(separator)}; Danke`
      const { found } = await judge(text)
      return found.some(({ value }) => value === number)
    }),
  )
  t.ok(seen > 0)
  t.end()
})

await t.test(
  'any text is judged without an exception, in steps that its length bounds',
  async t => {
    let seen = 0
    await fc.assert(
      fc.asyncProperty(hostileText, async text => {
        seen++
        const { steps } = await judge(text)
        const html = await judgeHtml(text)
        // Folding can make one character into several, a ligature or a sign into a word.
        return steps <= 200 + 40 * text.length && html.steps <= 200 + 40 * text.length
      }),
      { numRuns: 300 },
    )
    t.ok(seen > 0)
    t.end()
  },
)
