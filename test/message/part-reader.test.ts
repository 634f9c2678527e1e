import t from 'tap'
import { parseMail } from '../../src/message/parse-mail.js'
import { readDecoded, readFront, readRange, takeBytes } from '../../src/message/part-reader.js'
import { bufferSource } from '../../src/message/source.js'

await t.test('a range comes in pieces of at most 64 KiB', async t => {
  const bytes = Buffer.alloc(150_000, 'abc')
  const sizes: number[] = []
  const pieces: Buffer[] = []
  for await (const piece of readRange(bufferSource(bytes), 10, 140_000)) {
    sizes.push(piece.length)
    pieces.push(piece)
  }
  t.same(sizes, [65536, 65536, 8918])
  t.ok(Buffer.concat(pieces).equals(bytes.subarray(10, 140_000)))
  t.same((await takeBytes(readRange(bufferSource(bytes), 5, 5), 10)).bytes.length, 0)
})

await t.test('a part is decoded over the edges of the pieces', async t => {
  const content = Buffer.alloc(100_000, 'Grüße')
  const header = Buffer.from('Content-Transfer-Encoding: base64\r\n\r\n')
  const { root, source } = parseMail(
    Buffer.concat([header, Buffer.from(content.toString('base64'))]),
  )
  let damages = 0
  const { bytes, isCut } = await takeBytes(
    readDecoded(source, root, () => damages++),
    1_000_000,
  )
  t.ok(bytes.equals(content))
  t.equal(isCut, false)
  t.equal(damages, 0)
})

await t.test('a broken encoding is told', async t => {
  for (const body of ['QQ*==', 'QUJ']) {
    const { root, source } = parseMail(Buffer.from(`Content-Transfer-Encoding: base64\n\n${body}`))
    let isTold = false
    await takeBytes(
      readDecoded(source, root, () => {
        isTold = true
      }),
      100,
    )
    t.ok(isTold, body)
  }
})

await t.test('taking stops at the limit', async t => {
  const { bytes, isCut } = await takeBytes(readRange(bufferSource(Buffer.from('abcdef')), 0, 6), 4)
  t.equal(bytes.toString(), 'abcd')
  t.ok(isCut)
  t.equal((await takeBytes(readRange(bufferSource(Buffer.from('abcd')), 0, 4), 4)).isCut, false)
})

await t.test('the front of a part is the same, at hand or not', async t => {
  const cases = [
    ['7bit', 'abcdef'],
    ['base64', 'YWJjZGVm'],
    ['quoted-printable', 'a=62cdef'],
    ['x-unknown', 'abcdef'],
  ] as const
  let seen = 0
  for (const [encoding, body] of cases) {
    const bytes = Buffer.from(`Content-Transfer-Encoding: ${encoding}\r\n\r\n${body}`)
    const { root, source } = parseMail(bytes)
    const inFile = { ...source, peek: () => undefined }
    for (const from of [source, inFile]) {
      const cut = await readFront(from, root, 4, () => t.fail('no damage'))
      t.same([cut.bytes.toString(), cut.isCut], ['abcd', true], encoding)
      const all = await readFront(from, root, 6, () => t.fail('no damage'))
      t.same([all.bytes.toString(), all.isCut], ['abcdef', false], encoding)
      all.bytes.fill(0)
      seen++
    }
    t.ok(bytes.toString().endsWith(body), 'what is given is memory of its own')
  }
  t.equal(seen, 8)
})
