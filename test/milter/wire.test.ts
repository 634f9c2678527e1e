import fc from 'fast-check'
import t from 'tap'
import { MilterError } from '../../src/milter/milter-error.js'
import { PacketReader, SMFIC, encodePacket } from '../../src/milter/wire.js'

const MAX = 1000

/** Reads all packets, pieces of a fragmented one put together again. */
function readAll(chunks: readonly Buffer[], fragmented = 0): [number, string][] {
  const reader = new PacketReader(MAX, fragmented)
  const packets: [number, string][] = []
  let pieces = ''
  for (const chunk of chunks) {
    reader.feed(chunk)
    while (reader.next()) {
      pieces += reader.buffer.toString('latin1', reader.start, reader.end)
      if (!reader.last) continue
      packets.push([reader.command, pieces])
      pieces = ''
    }
  }
  return packets
}

void t.test('a packet is length, command and parts', async t => {
  t.equal(
    encodePacket(0x68, 'X', '\0', Buffer.from('é', 'latin1'), '\0').toString('hex'),
    '00000005685800e900',
  )
})

void t.test('packets are found whatever the stream is cut into', async t => {
  const packets = fc.array(
    fc.tuple(
      fc.constantFrom<number>(SMFIC.BODY, SMFIC.HEADER, SMFIC.ABORT),
      fc.string({
        unit: fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code)),
        maxLength: 60,
      }),
    ),
    { maxLength: 8 },
  )
  const cuts = fc.array(fc.nat(500), { maxLength: 12 })
  fc.assert(
    fc.property(packets, cuts, fc.boolean(), (wanted, cuts, isFragmented) => {
      const stream = Buffer.concat(wanted.map(([command, text]) => encodePacket(command, text)))
      const at = [
        0,
        ...cuts.filter(cut => cut < stream.length).sort((a, b) => a - b),
        stream.length,
      ]
      const chunks = at.slice(1).map((end, index) => stream.subarray(at[index], end))
      const got = readAll(chunks, isFragmented ? SMFIC.BODY : 0)
      return JSON.stringify(got) === JSON.stringify(wanted)
    }),
    { numRuns: 500 },
  )
  t.pass('500 streams')
})

void t.test('any bytes end in packets or a refusal, never in anything else', async t => {
  let refused = 0
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
      try {
        readAll([Buffer.from(bytes)])
      } catch (error) {
        refused += 1
        return error instanceof MilterError && error.code === 'ERR_MILTER_PACKET'
      }
      return true
    }),
    { numRuns: 1000 },
  )
  t.ok(refused > 100, `${refused} refused`)
})

const BAD_LENGTHS: readonly (readonly [string, number])[] = [
  ['0', 0],
  ['one over the limit', MAX + 1],
  ['2^31', 2 ** 31],
  ['2^32-1', 2 ** 32 - 1],
]
for (const [name, length] of BAD_LENGTHS) {
  void t.test(`a length of ${name} is refused, in one read and byte by byte`, async t => {
    const bytes = Buffer.from('000000004261', 'hex')
    bytes.writeUInt32BE(length)
    t.throws(() => readAll([bytes]), { code: 'ERR_MILTER_PACKET' })
    t.throws(() => readAll([...bytes].map(byte => Buffer.from([byte]))), {
      code: 'ERR_MILTER_PACKET',
    })
    t.throws(() => readAll([bytes], SMFIC.BODY), { code: 'ERR_MILTER_PACKET' })
  })
}

void t.test('the largest packet allowed is taken', async t => {
  const [packet] = readAll([encodePacket(SMFIC.HEADER, 'x'.repeat(MAX - 1))])
  t.equal(packet?.[1].length, MAX - 1)
})

void t.test('a packet cut at any byte is incomplete until the rest comes', async t => {
  const packet = encodePacket(SMFIC.HEADER, 'Subject\0 hello\0')
  let seen = 0
  for (let cut = 1; cut < packet.length; cut += 1) {
    const reader = new PacketReader(MAX)
    reader.feed(packet.subarray(0, cut))
    t.notOk(reader.next())
    t.ok(reader.isPartial)
    t.notOk(reader.isDry)
    reader.feed(packet.subarray(cut))
    t.ok(reader.next())
    t.equal(reader.buffer.toString('latin1', reader.start, reader.end), 'Subject\0 hello\0')
    t.notOk(reader.isPartial)
    t.ok(reader.isDry)
    seen += 1
  }
  t.ok(seen > 10)
})

void t.test('a packet is not given memory before its bytes come', async t => {
  const reader = new PacketReader(1 << 30)
  const before = process.memoryUsage().arrayBuffers
  reader.feed(Buffer.from('3fffffff4c41', 'hex'))
  t.notOk(reader.next())
  t.ok(process.memoryUsage().arrayBuffers - before < 1 << 20)
})

void t.test(
  'a fragmented packet is handed on in pieces, without its bytes being copied',
  async t => {
    const chunk = encodePacket(SMFIC.BODY, 'abcdef').subarray(0, 8)
    const reader = new PacketReader(MAX, SMFIC.BODY)
    reader.feed(chunk)
    t.ok(reader.next())
    t.equal(reader.buffer, chunk)
    t.same([reader.start, reader.end, reader.last], [5, 8, false])
    t.notOk(reader.next())
    t.ok(reader.isPartial)
  },
)

void t.test('an empty fragmented packet is one last empty piece', async t => {
  const packet = encodePacket(SMFIC.BODY)
  t.same(readAll([packet], SMFIC.BODY), [[SMFIC.BODY, '']])
  t.same(readAll([packet.subarray(0, 2), packet.subarray(2)], SMFIC.BODY), [[SMFIC.BODY, '']])
})
