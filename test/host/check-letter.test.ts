import fc from 'fast-check'
import t from 'tap'
import { collectLetter } from '../../src/host/check-letter.js'

const FIELDS = [
  { name: 'Subject', value: 'Confidential message' },
  { name: 'MIME-Version', value: '1.0' },
  { name: 'Content-Type', value: 'text/plain' },
  { name: 'Content-Transfer-Encoding', value: '7bit' },
]

function letter(body: string | readonly string[], more: object = {}): object {
  const pieces = (typeof body === 'string' ? [body] : body).map(text => Buffer.from(text, 'latin1'))
  return {
    fields: FIELDS,
    body: (async function* () {
      yield* pieces
    })(),
    bodyBytes: Buffer.concat(pieces).length,
    ...more,
  }
}

void t.test('a letter in order is collected', async t => {
  const collected = await collectLetter(letter(['one\r\n', 'two', '\r\nthree']))
  t.equal(collected.body.toString(), 'one\r\ntwo\r\nthree')
  t.strictSame(collected.fields, FIELDS)
  t.ok(Object.isFrozen(collected.fields))
  const again = await collectLetter(collected)
  t.equal(again.body.toString(), 'one\r\ntwo\r\nthree', 'as it comes from another thread')
})

void t.test('what is none is refused without a word of it', async t => {
  const fields = (at: number, field: object): object => ({
    fields: FIELDS.map((known, index) => (index === at ? { ...known, ...field } : known)),
  })
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ['nothing', undefined, /not the form/],
    ['a list', [], /not the form/],
    ['no body', { fields: FIELDS, bodyBytes: 3 }, /not the form/],
    ['an empty body', letter('', { bodyBytes: 0 }), /not the form/],
    ['too few fields', letter('x', { fields: FIELDS.slice(1) }), /not the form/],
    ['fields in another order', letter('x', { fields: FIELDS.toReversed() }), /another order/],
    ['a field of another name', letter('x', fields(0, { name: 'Bcc' })), /not the form/],
    ['a field with a line of its own', letter('x', fields(0, { value: 'a\nBcc: x@y' })), /field/],
    ['a carriage return in a field', letter('x', fields(0, { value: 'a\r\n b' })), /field/],
    ['more than was said', letter('Secret', { bodyBytes: 3 }), /more than it had said/],
    ['less than was said', letter('Secret', { bodyBytes: 9 }), /less than it had said/],
    ['a bare line feed', letter('Secret\nSecret\r\n'), /bare line break/],
    ['a bare carriage return', letter('Secret\rSecret\r\n'), /bare line break/],
    ['a carriage return at the end', letter('Secret\r'), /bare line break/],
    ['a line feed at the start', letter('\nSecret\r\n'), /bare line break/],
    ['a NUL', letter('Sec\0ret\r\n'), /NUL/],
    ['a long line', letter(`${'x'.repeat(999)}\r\n`), /998/],
    ['a long last line', letter(`one\r\n${'x'.repeat(999)}`), /998/],
    ['text in place of bytes', { ...letter('x'), body: texts() }, /not of bytes/],
  ]
  for (const [name, raw, what] of cases) {
    const failed = await collectLetter(raw).then(
      () => undefined,
      (thrown: Error) => thrown,
    )
    t.match(failed, { name: 'ResultError', message: what }, name)
    t.notMatch(failed?.message ?? '', 'Secret', name)
  }
  await t.rejects(collectLetter(letter('four'), 3), { message: /larger letter/ })
})

void t.test('a line of 998 bytes may be, in pieces of any size', async t => {
  const text = `${'x'.repeat(998)}\r\n\r\nend\r\n`
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1100 }), async size => {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
      const { body } = await collectLetter(letter(pieces))
      return body.toString() === text
    }),
    { numRuns: 30 },
  )
  t.pass('every size of piece gives the same')
})

async function* texts(): AsyncIterable<string> {
  yield 'x'
}
