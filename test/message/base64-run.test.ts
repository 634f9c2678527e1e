import fc from 'fast-check'
import t from 'tap'
import { decodeRun, RUN_BYTES } from '../../src/message/base64-run.js'
import { base64Decoder } from '../../src/message/base64.js'
import { decodeAll } from '../support/message-decoding.js'

/** So few bytes at a time are decoded one by one. */
const BY_BYTES = 100

/** Content that is the same every time and has every byte in it. */
function content(bytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => (at * 167 + (at >> 8)) & 255))
}

function encoded(bytes: number, lineLength: number, lineBreak: string): string {
  const line = new RegExp(`.{${lineLength}}`, 'g')
  return content(bytes).toString('base64').replace(line, `$&${lineBreak}`)
}

function run(text: string, start = 0): string | undefined {
  const bytes = Buffer.from(text, 'latin1')
  const into = Buffer.alloc(bytes.length)
  const found = decodeRun(bytes, start, into, 0)
  return found && `${into.toString('latin1', 0, found.size)} ${found.stop}`
}

await t.test('a run is whole groups of four, without what is no base64', async t => {
  const cases: readonly [name: string, text: string, want: string | undefined][] = [
    ['nothing', '', undefined],
    ['less than a group', 'YWJ', undefined],
    ['a group', 'YWJj', 'abc 4'],
    ['groups and a rest', 'YWJjYWJjYW', 'abcabc 8'],
    ['line breaks of both kinds', 'YW\r\nJj\nYWJj\r\n', 'abcabc 13'],
    ['a rest with a line break in it', 'YWJjY\r\nWJ', 'abc 4'],
    ['a line break whose end is out of reach', 'YWJj\r', 'abc 4'],
    ['a carriage return alone', 'YW\rJj', undefined],
    ['a blank', 'YWJj YWJj', undefined],
    ['padding', 'YWJjYQ==', undefined],
    ['the alphabet of base64url', 'YW-jYW_j', undefined],
    ['another character', 'YW*jYWJj', undefined],
    ['a letter that is not ASCII', 'YW\xe4jYWJj', undefined],
    ['a zero', 'YW\0jYWJj', undefined],
  ]
  for (const [name, text, want] of cases) t.equal(run(text), want, name)
  t.equal(run('YWJjYWJjYWJj', 4), 'abcabc 12', 'from a place inside')
})

await t.test('a run ends where the next one may begin', async t => {
  for (const [length, lineBreak] of [
    [76, '\r\n'],
    [64, '\n'],
    [77, '\r\n'],
    [RUN_BYTES, '\n'],
  ] as const) {
    const bytes = Buffer.from(encoded(3 * RUN_BYTES, length, lineBreak), 'latin1')
    const into = Buffer.alloc(bytes.length)
    let [at, size] = [0, 0]
    for (
      let more = decodeRun(bytes, at, into, size);
      more;
      more = decodeRun(bytes, at, into, size)
    ) {
      at = more.stop
      size += more.size
    }
    t.ok(into.subarray(0, size).equals(content(3 * RUN_BYTES)), `lines of ${length}`)
  }
})

await t.test('runs find what a look at every byte finds, whatever is wrong', async t => {
  const damage = fc.constantFrom('=', '==', '-', '_', '*', ' ', '\r', '\n', '\t', '\xe4', '\0', '')
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 4000 }),
      fc.constantFrom([76, '\r\n'], [64, '\n'], [61, '\r\n'], [10_000, '']),
      fc.array(fc.tuple(fc.nat(6000), damage, fc.nat(3)), { maxLength: 4 }),
      fc.integer({ min: 200, max: 5000 }),
      (bytes, [length, lineBreak], changes, size) => {
        let text = encoded(bytes, length, lineBreak)
        for (const [at, what, instead] of changes)
          text = text.slice(0, at) + what + text.slice(at + instead)
        const want = decodeAll(base64Decoder(), text, BY_BYTES)
        const found = decodeAll(base64Decoder(), text, size)
        return found.text === want.text && found.isDamaged === want.isDamaged
      },
    ),
    { numRuns: 400 },
  )
  t.pass('holds')
})

await t.test('damage is seen in any 64 KiB of a large part', async t => {
  const whole = encoded(5 * RUN_BYTES, 76, '\r\n')
  const fine = decodeAll(base64Decoder(), whole)
  t.ok(fine.text === content(5 * RUN_BYTES).toString('latin1'))
  t.equal(fine.isDamaged, false)
  for (const at of [0, RUN_BYTES - 1, RUN_BYTES, 3 * RUN_BYTES + 5, whole.length - 1]) {
    const text = `${whole.slice(0, at)}*${whole.slice(at)}`
    const found = decodeAll(base64Decoder(), text)
    t.ok(found.text === fine.text && found.isDamaged, `at ${at}`)
  }
})
