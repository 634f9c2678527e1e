import fc from 'fast-check'
import t from 'tap'
import { outsideText } from '../../src/evidence/outside-text.js'

const CASES: readonly (readonly [name: string, text: string, want: string])[] = [
  ['a plain text stays', '250 2.0.0 Ok: queued as 4jYl', '250 2.0.0 Ok: queued as 4jYl'],
  ['other scripts stay', 'jürgen 送信', 'jürgen 送信'],
  ['control characters are escaped', 'a\u001b[2J\r\n\u0000b', 'a\\u001b[2J\\u000d\\u000a\\u0000b'],
  ['direction overrides are escaped', 'a\u202eb\u2066', 'a\\u202eb\\u2066'],
  ['half a character is replaced', 'a\ud83db', 'a\ufffdb'],
]

for (const [name, text, want] of CASES) {
  void t.test(name, async t => {
    t.equal(outsideText(text), want)
  })
}

void t.test('a long text is cut in the middle, and never within a character', async t => {
  t.equal(outsideText('x'.repeat(500)), 'x'.repeat(500))
  t.equal(
    outsideText(`${'x'.repeat(400)}${'y'.repeat(400)}`),
    `${'x'.repeat(350)}…${'y'.repeat(149)}`,
  )
  t.equal(outsideText(`a${'x'.repeat(1_000_000)}z`, 11), 'axxxxxx…xxz')
  t.equal(outsideText('ab😀cd', 4), 'ab…')
  t.equal(outsideText('abcdef😀', 6), 'abcd…')
  t.equal(outsideText('\u0001\u0001', 8), '\\u000…01')
})

void t.test('whatever comes, the result is short and harmless', async t => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 1, max: 50 }),
      (text, max) => {
        const result = outsideText(text, max)
        return (
          result.length <= max && !/[\u0000-\u001f\u007f-\u009f]/.test(result) && isWhole(result)
        )
      },
    ),
  )
  t.pass('holds')
})

function isWhole(text: string): boolean {
  return Buffer.from(text).toString() === text
}
