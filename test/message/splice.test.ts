import fc from 'fast-check'
import t from 'tap'
import { parseMail } from '../../src/message/parse-mail.js'
import { planSplices, splicedBody, type Splice } from '../../src/message/splice.js'

const MAIL = parseMail(Buffer.from('A: b\n\n0123456789'))
const START = 6

const CASES: readonly [
  name: string,
  splices: [start: number, end: number, text: string][],
  want: string,
][] = [
  ['nothing', [], '0123456789'],
  ['an insertion in front', [[0, 0, 'x']], 'x0123456789'],
  ['an insertion at the end', [[10, 10, 'x']], '0123456789x'],
  ['a replacement', [[2, 5, 'x']], '01x56789'],
  ['a removal', [[0, 10, '']], ''],
  [
    'several, in any order',
    [
      [8, 9, 'y'],
      [1, 2, 'x'],
    ],
    '0x234567y9',
  ],
  [
    'neighbours',
    [
      [2, 4, 'x'],
      [4, 6, 'y'],
    ],
    '01xy6789',
  ],
  [
    'insertions at one place, in the order asked for',
    [
      [3, 3, 'x'],
      [3, 3, 'y'],
    ],
    '012xy3456789',
  ],
  [
    'an insertion before a replacement',
    [
      [3, 5, 'x'],
      [3, 3, 'y'],
    ],
    '012yx56789',
  ],
  [
    'an insertion after a replacement',
    [
      [5, 5, 'y'],
      [3, 5, 'x'],
    ],
    '012xy56789',
  ],
]

await t.test('splices', async t => {
  for (const [name, splices, want] of CASES) {
    t.equal(await bodyWith(splices.map(splice)), want, name)
  }
})

const REFUSED: readonly [
  name: string,
  splices: [start: number, end: number, text: string][],
  why: RegExp,
][] = [
  ['in the header', [[-1, 2, '']], /not inside the body/],
  ['past the end', [[5, 11, '']], /not inside the body/],
  ['backwards', [[5, 4, '']], /not inside the body/],
  ['no whole number', [[0.5, 4, '']], /not inside the body/],
  ['no number', [[Number.NaN, 4, '']], /not inside the body/],
  [
    'overlapping',
    [
      [2, 5, 'x'],
      [4, 6, 'y'],
    ],
    /overlap/,
  ],
  [
    'an insertion inside a replacement',
    [
      [2, 5, 'x'],
      [4, 4, 'y'],
    ],
    /overlap/,
  ],
  [
    'the same range twice',
    [
      [2, 5, 'x'],
      [2, 5, 'x'],
    ],
    /overlap/,
  ],
]

await t.test('splices that are refused', t => {
  for (const [name, splices, message] of REFUSED) {
    t.throws(
      () => planSplices(MAIL, splices.map(splice)),
      { code: 'ERR_MESSAGE_EDIT', message },
      name,
    )
  }
  t.end()
})

await t.test('any splices: refused, or the same as replacing from the back', async t => {
  const range = fc.tuple(fc.integer({ min: 0, max: 10 }), fc.nat(4), fc.string({ maxLength: 3 }))
  await fc.assert(
    fc.asyncProperty(fc.array(range, { maxLength: 4 }), async ranges => {
      const splices = ranges.map(([start, length, text]) =>
        splice([start, Math.min(10, start + length), text]),
      )
      let planned: readonly Splice[]
      try {
        planned = planSplices(MAIL, splices)
      } catch {
        return splices.length > 1
      }
      let want = Buffer.from('0123456789')
      for (const { start, end, bytes } of planned.toReversed()) {
        want = Buffer.concat([want.subarray(0, start - START), bytes, want.subarray(end - START)])
      }
      return (await bodyWith(splices)) === want.toString()
    }),
  )
  t.pass('holds')
})

function splice([start, end, text]: [number, number, string]): Splice {
  return { kind: 'splice', start: start + START, end: end + START, bytes: Buffer.from(text) }
}

async function bodyWith(splices: readonly Splice[]): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of splicedBody(MAIL, planSplices(MAIL, splices))) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}
