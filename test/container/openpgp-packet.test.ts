import t from 'tap'
import { ByteReader } from '../../src/container/byte-reader.js'
import { readPacket, type OpenPgpPacket } from '../../src/container/openpgp-packet.js'
import { chunksOf, hex, noise, oldPacket, packet } from '../support/container-bytes.js'

const read = (bytes: Buffer, size = 5): Promise<OpenPgpPacket | undefined> =>
  readPacket(new ByteReader(chunksOf(bytes, size)))

t.test('every form of length', async t => {
  const cases: [string, Buffer, number, number][] = [
    ['new, one byte', Buffer.concat([hex('d2 05'), noise(5)]), 18, 5],
    ['new, two bytes', Buffer.concat([hex('d2 c0 00'), noise(192)]), 18, 192],
    ['new, four bytes', packet(18, noise(300)), 18, 300],
    [
      'new, in pieces',
      Buffer.concat([hex('d2 e9'), noise(512), hex('e0'), noise(1), hex('03'), noise(3)]),
      18,
      516,
    ],
    ['new, in pieces that end empty', Buffer.concat([hex('d2 e1'), noise(2), hex('00')]), 18, 2],
    ['old, one byte', oldPacket(1, noise(20), 0), 1, 20],
    ['old, two bytes', oldPacket(1, noise(300), 1), 1, 300],
    ['old, four bytes', oldPacket(9, noise(300), 2), 9, 300],
    ['old, to the end', oldPacket(9, noise(5000), 3), 9, 5000],
    ['empty', hex('d2 00'), 18, 0],
  ]
  for (const [name, bytes, tag, size] of cases) {
    const found = await read(bytes)
    t.match(found, { tag, bytes: size }, name)
    t.equal(found?.head.length, Math.min(size, 4096), `${name}: the head`)
    t.equal(found?.tail.length, Math.min(size, 64), `${name}: the tail`)
  }
  t.ok(cases.length > 0)
  const last = (await read(oldPacket(9, noise(5000), 3)))?.tail
  t.same(last, noise(5000).subarray(-64))
})

t.test('what starts no packet', async t => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('text'), hex('c0 00'), hex('80 00')])
    t.equal(await read(bytes), undefined, bytes.toString('hex'))
})

t.test('a packet that breaks off at any byte', async t => {
  const samples = [
    packet(18, noise(40)),
    Buffer.concat([hex('d2 e3'), noise(8), hex('04'), noise(4)]),
    oldPacket(1, noise(30), 1),
  ]
  for (const whole of samples) {
    for (let size = 1; size < whole.length; size += 1)
      await t.rejects(read(whole.subarray(0, size)), { code: 'ERR_CONTAINER_TRUNCATED' }, `${size}`)
  }
})

t.test('only data may come in pieces or run to the end', async t => {
  const code = 'ERR_CONTAINER_MALFORMED'
  await t.rejects(read(Buffer.concat([hex('c1 e3'), noise(8), hex('00')])), { code })
  await t.rejects(read(oldPacket(1, noise(20), 3)), { code })
})
