import t from 'tap'
import {
  drawSymbols,
  makePassword,
  normalisePassword,
  PASSWORD_SYMBOLS,
} from '../../src/seal/password.js'
import { Generator } from '../../src/seal/random/generator.js'
import type { RandomSource } from '../../src/seal/random/random-source.js'

/** The same bytes in every run. */
function fixedSource(): RandomSource {
  const generator = new Generator()
  generator.reseed(Buffer.from('the same in every run'))
  return { bytes: size => generator.bytes(size), close: async () => undefined }
}

function sourceOf(...bytes: readonly number[]): RandomSource {
  const left = [...bytes]
  return { bytes: size => Buffer.from(left.splice(0, size)), close: async () => undefined }
}

t.test('a password is four groups of four symbols that cannot be mistaken', async t => {
  t.match(makePassword(fixedSource()), /^(?:[A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}$/)
  t.equal(makePassword(fixedSource()), 'YKUV-2U46-B22Y-CZH6')
  t.equal(new Set(PASSWORD_SYMBOLS).size, 32)
  t.notMatch(PASSWORD_SYMBOLS, /[IO01a-z]/)
})

/** Chi-square with 31 degrees of freedom: above 61.1 once in a thousand, below 9.9 too. */
t.test('all symbols are equally likely, at every place', async t => {
  const source = fixedSource()
  const counts = Array.from({ length: 16 }, () => new Map<string, number>())
  const passwords = 4000
  for (let turn = 0; turn < passwords; turn += 1) {
    const password = makePassword(source).replaceAll('-', '')
    for (const [at, symbol] of password.split('').entries())
      counts[at]?.set(symbol, (counts[at]?.get(symbol) ?? 0) + 1)
  }
  for (const [at, count] of counts.entries()) {
    const expected = passwords / 32
    const sum = PASSWORD_SYMBOLS.split('').reduce(
      (sum, symbol) => sum + ((count.get(symbol) ?? 0) - expected) ** 2 / expected,
      0,
    )
    t.ok(sum > 9.9 && sum < 61.1, `place ${at}: ${sum.toFixed(1)}`)
  }
})

t.test(
  'with an alphabet that does not divide 256, bytes without a fair share are dropped',
  async t => {
    t.equal(
      drawSymbols(sourceOf(255, 0, 1, 2, 255, 9), 'abc', 4),
      'abca',
      '255 would be a once more',
    )
    t.equal(drawSymbols(sourceOf(250, 249, 240), '0123456789', 2), '90')
    t.equal(
      drawSymbols(sourceOf(255, 1), PASSWORD_SYMBOLS, 2),
      '9B',
      '32 symbols need no byte dropped',
    )
    const source = fixedSource()
    const drawn = drawSymbols(source, 'abc', 30_000)
    const counts = ['a', 'b', 'c'].map(symbol => drawn.split(symbol).length - 1)
    const sum = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
    t.ok(sum < 13.8, `chi-square with 2 degrees of freedom, once in a thousand above: ${sum}`)
  },
)

t.test('how somebody types a password of ours does not matter', async t => {
  const want = 'KZ7M-QP4L-9TVA-HR2D'
  const typed = [
    'KZ7M-QP4L-9TVA-HR2D',
    'kz7m-qp4l-9tva-hr2d',
    'kz7mqp4l9tvahr2d',
    '  KZ7M QP4L 9TVA HR2D \n',
    'KZ7M\u2013QP4L\u20119TVA\u2212HR2D',
    'KZ7M\u00a0QP4L\u200b9TVA\u00adHR2D',
    'KZ7M-QP41-9TVA-HR2D',
    'KZ7M-QP4I-9TVA-HR2D',
    'KZ7M-QP4i-9TVA-HR2D',
    'KZ7M--QP4L_9TVA-HR2D',
  ]
  for (const text of typed) t.equal(normalisePassword(text), want, JSON.stringify(text))
  t.equal(normalisePassword(want), want, 'and what came out comes out again')
})

t.test('a password that somebody thought of stays as it is', async t => {
  const cases: [string, string][] = [
    ['Correct Horse-Battery', 'Correct Horse-Battery'],
    [' mit Rand ', 'mit Rand'],
    ['Zu\u0308rich', 'Z\u00fcrich'],
    ['KZ7M-QP4L-9TVA-HR2', 'KZ7M-QP4L-9TVA-HR2'],
    ['kz7m-qp4o-9tva-hr2d', 'kz7m-qp4o-9tva-hr2d'],
    ['', ''],
  ]
  for (const [typed, want] of cases) t.equal(normalisePassword(typed), want, typed)
  t.ok(cases.length > 0)
})

t.test('an unseeded generator makes no password', async t => {
  const generator = new Generator()
  const source = { bytes: (size: number) => generator.bytes(size), close: async () => undefined }
  t.throws(() => makePassword(source), { code: 'ERR_SEAL_UNSEEDED' })
})
