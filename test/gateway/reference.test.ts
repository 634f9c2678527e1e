import t from 'tap'
import fc from 'fast-check'
import { newReference, ReferenceCodes } from '../../src/gateway/reference.js'

const codes = new ReferenceCodes(Buffer.alloc(32, 1))

t.test('references do not repeat and are safe everywhere', async t => {
  const many = new Set(Array.from({ length: 1000 }, newReference))
  t.equal(many.size, 1000)
  for (const reference of many) if (!/^[0-9a-v]{20}$/.test(reference)) t.fail(reference)
})

t.test('a reference is found in its own field, with white space around it', async t => {
  const reference = newReference()
  const field = codes.fieldOf(reference)
  t.match(field, /^[0-9a-v]{20}-[0-9a-v]{16}$/)
  t.equal(codes.referenceIn(` ${field}\t`), reference)
})

t.test('what was not made with the key is no reference', async t => {
  const field = codes.fieldOf('0123456789abcdefghij')
  const other = new ReferenceCodes(Buffer.alloc(32, 2))
  const wrong: [what: string, value: string][] = [
    ['another key', other.fieldOf('0123456789abcdefghij')],
    ['another reference with this code', `1${field.slice(1)}`],
    ['a code in upper case', field.toUpperCase()],
    ['something behind it', `${field}0`],
    ['no code', '0123456789abcdefghij'],
    ['nothing', ''],
  ]
  for (const [what, value] of wrong) t.equal(codes.referenceIn(value), undefined, what)
  for (let end = 0; end < field.length; end += 1)
    t.equal(codes.referenceIn(field.slice(0, end)), undefined, `cut at ${end}`)
})

t.test('no text is taken for a reference', async t => {
  fc.assert(fc.property(fc.string(), text => codes.referenceIn(text) === undefined))
  t.pass('none was')
})
