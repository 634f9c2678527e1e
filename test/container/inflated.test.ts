import { deflateSync } from 'node:zlib'
import t from 'tap'
import { inflated } from '../../src/container/inflated.js'
import { chunksOf, noise } from '../support/container-bytes.js'

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const chunk of chunks) pieces.push(chunk)
  return Buffer.concat(pieces)
}

t.test('compression is taken off', async t => {
  const content = noise(100_000)
  t.ok((await collect(inflated(chunksOf(deflateSync(content), 100)))).equals(content))
})

t.test('what is damaged, cut or too large is malformed', async t => {
  const packed = deflateSync(noise(5000))
  const cases: [string, Buffer, number | undefined][] = [
    ['no zlib data', Buffer.from('this is no zlib data'), undefined],
    ['cut', packed.subarray(0, 100), undefined],
    ['nothing', Buffer.alloc(0), undefined],
    ['a bomb', deflateSync(Buffer.alloc(10_000_000)), 1_000_000],
  ]
  for (const [name, bytes, limit] of cases)
    await t.rejects(
      collect(inflated(chunksOf(bytes), limit)),
      { code: 'ERR_CONTAINER_MALFORMED' },
      name,
    )
  t.ok(cases.length > 0)
})

t.test('a source that fails is not taken for damage', async t => {
  async function* failing(): AsyncGenerator<Buffer, void, void> {
    yield deflateSync(noise(100)).subarray(0, 20)
    throw new Error('disk gone')
  }
  await t.rejects(collect(inflated(failing())), { message: 'disk gone' })
})

t.test('a reader may stop early', async t => {
  for await (const chunk of inflated(chunksOf(deflateSync(noise(200_000)), 1000))) {
    t.ok(chunk.length > 0)
    break
  }
})
