import t from 'tap'
import { ByteReader } from '../../src/container/byte-reader.js'
import { chunksOf } from '../support/container-bytes.js'

const ALPHABET = Buffer.from('abcdefghijklmnopqrstuvwxyz')

t.test('what is read does not depend on the chunks', async t => {
  const sizes = [1, 2, 3, 7, 26, 100]
  for (const size of sizes) {
    const reader = new ByteReader(chunksOf(ALPHABET, size))
    t.equal((await reader.read(3)).toString(), 'abc')
    t.equal(await reader.byte(), 'd'.charCodeAt(0))
    await reader.skip(2)
    t.equal(reader.position, 6)
    const pieces: Buffer[] = []
    for await (const piece of reader.stream(10)) pieces.push(piece)
    t.equal(Buffer.concat(pieces).toString(), 'ghijklmnop')
    t.equal((await reader.upTo(4)).toString(), 'qrst')
    t.equal((await reader.upTo(100)).toString(), 'uvwxyz')
    t.equal(await reader.atEnd(), true)
    t.equal(reader.position, 26)
  }
})

t.test('a stream that ends too early is told', async t => {
  const code = 'ERR_CONTAINER_TRUNCATED'
  const reader = (): ByteReader => new ByteReader(chunksOf(ALPHABET.subarray(0, 4), 3))
  await t.rejects(reader().read(5), { code })
  await t.rejects(reader().skip(5), { code })
  await t.rejects(
    (async () => {
      for await (const piece of reader().stream(5)) t.ok(piece.length > 0)
    })(),
    { code },
  )
  const empty = new ByteReader(chunksOf(Buffer.alloc(0)))
  await t.rejects(empty.byte(), { code })
  t.equal((await empty.upTo(3)).length, 0)
})

t.test('a field of any length is never held', async t => {
  const reader = new ByteReader(chunksOf(ALPHABET))
  await t.rejects(reader.read(2 ** 40), { code: 'ERR_CONTAINER_MALFORMED' })
})

t.test('without a size the stream runs to the end', async t => {
  const reader = new ByteReader(chunksOf(ALPHABET, 5))
  let seen = 0
  for await (const piece of reader.stream()) seen += piece.length
  t.equal(seen, 26)
})

t.test('closing lets go of the source', async t => {
  let closed = false
  async function* source(): AsyncGenerator<Buffer, void, void> {
    try {
      yield Buffer.from('ab')
      yield Buffer.from('cd')
    } finally {
      closed = true
    }
  }
  const reader = new ByteReader(source())
  await reader.byte()
  await reader.close()
  t.equal(closed, true)
})
