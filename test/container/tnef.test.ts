import fc from 'fast-check'
import t from 'tap'
import { readTnef } from '../../src/container/tnef.js'
import { noise } from '../support/container-bytes.js'
import { TNEF_ID, propertiesOf, tnefFile, tnefOf } from '../support/tnef-bytes.js'

const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'utf16le')
const FULL = tnefOf([
  [1, TNEF_ID.body, Buffer.from('Befund\0')],
  [
    1,
    TNEF_ID.messageProperties,
    propertiesOf([
      [0x0017, 0x03, Buffer.alloc(4)],
      [0x8001, 0x1f, text('named')],
      [0x1000, 0x1f, text('Diagnose')],
      [0x1013, 0x102, Buffer.from('<p>Diagnose</p>')],
      [0x1009, 0x102, noise(40)],
    ]),
  ],
  ...tnefFile('short.pdf', Buffer.from('%PDF')),
  [2, TNEF_ID.properties, propertiesOf([[0x3707, 0x1f, text('A long näme.pdf')]])],
])

t.test('texts and files of a stream', async t => {
  const { texts, attachments } = readTnef(FULL)
  t.same(
    texts.map(({ kind, bytes }) => [kind, kind === 'rtf' ? bytes.length : bytes.toString()]),
    [
      ['plain', 'Befund'],
      ['plain', 'Diagnose'],
      ['html', '<p>Diagnose</p>'],
      ['rtf', 40],
    ],
  )
  t.same(attachments, [{ name: 'A long näme.pdf', bytes: Buffer.from('%PDF') }])
  t.same(readTnef(tnefOf([])), { texts: [], attachments: [] })
  t.same(readTnef(Buffer.concat([tnefOf([]), Buffer.alloc(900)])), { texts: [], attachments: [] })
})

t.test('an attached message comes as its own stream', async t => {
  const inner = tnefOf([[1, TNEF_ID.body, Buffer.from('inner')]])
  const data = propertiesOf([[0x3701, 0x0d, Buffer.concat([Buffer.alloc(16), inner])]])
  const { attachments } = readTnef(
    tnefOf([
      [2, TNEF_ID.start, Buffer.alloc(14)],
      [2, TNEF_ID.properties, data],
    ]),
  )
  t.same(attachments, [{ name: undefined, bytes: inner }])
})

t.test('what is wrong is refused', async t => {
  const damaged = Buffer.from(FULL)
  damaged[20] = (damaged[20] ?? 0) ^ 1
  const cases: [string, Buffer][] = [
    ['no stream', Buffer.from('text')],
    ['a wrong checksum', damaged],
    ['another level', Buffer.concat([tnefOf([]), Buffer.from([9]), Buffer.alloc(20)])],
    ['noise', Buffer.concat([tnefOf([]), noise(300)])],
    ['a file without a start', tnefOf([[2, TNEF_ID.data, Buffer.from('x')]])],
    [
      'very many attributes',
      tnefOf(Array.from({ length: 20_001 }, () => [1, 9, Buffer.alloc(0)] as const)),
    ],
    [
      'a property of another type',
      tnefOf([[1, TNEF_ID.messageProperties, propertiesOf([[1, 0x99, Buffer.alloc(4)]])]]),
    ],
    ['very many properties', tnefOf([[1, TNEF_ID.messageProperties, Buffer.alloc(4, 0xff)]])],
    [
      'very many values',
      tnefOf([[1, TNEF_ID.messageProperties, Buffer.from('010000001e000010ffffffff', 'hex')]]),
    ],
    [
      'properties that break off',
      tnefOf([[1, TNEF_ID.messageProperties, Buffer.from('0100000003001700', 'hex')]]),
    ],
  ]
  for (const [name, stream] of cases)
    t.throws(() => readTnef(stream), { code: /^ERR_CONTAINER_/ }, name)
})

t.test('a stream cut inside an attribute is refused, at any byte', async t => {
  const ends = new Set([6])
  for (let at = 6; at < FULL.length; at += 11 + FULL.readUInt32LE(at + 5)) ends.add(at)
  for (let size = 4; size < FULL.length; size += 1) {
    // Zeros at the end may be padding, as in the start of an attachment.
    if (ends.has(size) || size < 6) continue
    t.throws(() => readTnef(FULL.subarray(0, size)), { code: /^ERR_CONTAINER_/ }, `cut at ${size}`)
  }
  t.ok(ends.size > 4)
})

t.test('any bytes are read or refused', async t => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(FULL.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      changes => {
        const stream = Buffer.from(FULL)
        for (const [at, byte] of changes) stream[at] = byte
        try {
          return readTnef(stream).texts.length >= 0
        } catch (thrown) {
          return String((thrown as { code?: string }).code).startsWith('ERR_CONTAINER_')
        }
      },
    ),
    { numRuns: 1000, seed: 4 },
  )
  t.pass('1000 streams')
})
