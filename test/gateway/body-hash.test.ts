import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { BodyHash, hashOf } from '../../src/gateway/body-hash.js'

function hash(text: string): string {
  const body = new BodyHash()
  body.update(Buffer.from(text))
  return body.digest()
}

t.test('white space makes no difference, everything else does', async t => {
  const plain = createHash('sha256').update('abc').digest('hex')
  for (const text of ['abc', 'a b\r\nc\r\n', '\t abc\v\f', 'ab\r\n c'])
    t.equal(hash(text), plain, text)
  for (const text of ['abd', 'ab', 'abc\0', 'ab\u00a0c', 'cba']) t.not(hash(text), plain, text)
  t.equal(hash(''), hash('\r\n'))
})

t.test('the pieces in which a body comes make no difference', async t => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 })), async pieces => {
      const buffers = pieces.map(piece => Buffer.from(piece))
      const whole = new BodyHash()
      whole.update(Buffer.concat(buffers))
      async function* stream(): AsyncGenerator<Buffer> {
        yield* buffers
      }
      return whole.digest() === (await hashOf(stream()))
    }),
  )
  t.pass('none did')
})

t.test('a body larger than the block is hashed whole', async t => {
  const text = 'x'.repeat(200_000)
  const spaced = `${'x'.repeat(76)}\r\n`.repeat(Math.floor(200_000 / 76)) + 'x'.repeat(200_000 % 76)
  t.equal(hash(spaced), createHash('sha256').update(text).digest('hex'))
})
