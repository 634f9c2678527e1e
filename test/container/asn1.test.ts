import t from 'tap'
import { Asn1Scope, TAG } from '../../src/container/asn1.js'
import { ByteReader } from '../../src/container/byte-reader.js'
import { chunksOf, der, hex, indefinite, noise } from '../support/container-bytes.js'

const scopeOf = (bytes: Buffer, size = 3): Asn1Scope =>
  Asn1Scope.of(new ByteReader(chunksOf(bytes, size)), 1000)

async function octetsOf(bytes: Buffer): Promise<Buffer> {
  const scope = scopeOf(bytes)
  const pieces: Buffer[] = []
  for await (const piece of scope.octets(await scope.expect(TAG.octetString)))
    pieces.push(Buffer.from(piece))
  await scope.finish()
  return Buffer.concat(pieces)
}

t.test('an OCTET STRING has the same content in every form', async t => {
  const [a, b] = [noise(200), noise(9)]
  const want = Buffer.concat([a, b])
  const forms: [string, Buffer][] = [
    ['primitive', der(4, want)],
    ['constructed', der(0x24, der(4, a), der(4, b))],
    ['indefinite', indefinite(0x24, der(4, a), der(4, b))],
    ['nested', indefinite(0x24, der(0x24, der(4, a), der(4)), indefinite(0x24, der(4, b)))],
  ]
  for (const [name, bytes] of forms) t.same(await octetsOf(bytes), want, name)
  t.ok(forms.length > 0)
})

t.test('elements are read, entered and skipped in turn', async t => {
  const scope = scopeOf(
    Buffer.concat([
      der(0x30, der(2, hex('05')), indefinite(0x31, der(4, noise(3)))),
      hex('1f 81 02 01 ff'),
      der(6, hex('2a')),
    ]),
  )
  const sequence = scope.enter(await scope.expect(TAG.sequence))
  t.same(await sequence.value(await sequence.expect(TAG.integer)), hex('05'))
  await sequence.skip(await sequence.expect(TAG.set))
  t.equal(await sequence.next(), undefined)
  t.equal(await sequence.next(), undefined, 'and stays at its end')
  const long = await scope.next()
  t.equal(long?.length, 1, 'a tag of several bytes is passed over')
  if (long !== undefined) await scope.skip(long)
  t.same(await scope.value(await scope.expect(TAG.oid)), hex('2a'))
  t.equal(await scope.next(), undefined)
})

t.test('what cannot be is refused', async t => {
  const bomb = Buffer.concat(Array.from({ length: 20_000 }, () => hex('30 80')))
  const many = indefinite(0x30, Buffer.alloc(2002, hex('05 00')))
  const cases: [string, Buffer, string][] = [
    ['a bomb of nested values', bomb, 'nested too deep'],
    ['very many elements', many, 'too many elements'],
    ['a giant length', hex('30 88 ff ff ff ff ff ff ff ff'), 'a length is too large'],
    ['a length of 9 bytes', hex('30 89 00 00 00 00 00 00 00 00 01'), 'a length is too long'],
    [
      'a child longer than its parent',
      der(0x30, hex('04 05 01')),
      'a value is longer than what holds it',
    ],
    [
      'a grandchild longer than all',
      der(0x30, indefinite(0x30, hex('30 03')).subarray(0, 4)),
      'a value is longer than what holds it',
    ],
    [
      'a primitive value without a length',
      hex('30 80 04 80'),
      'a primitive value without a length',
    ],
    ['an end marker with content', hex('30 80 00 01 00'), 'a bad end marker'],
    [
      'a parent that ends before the end marker',
      der(0x30, hex('30 80 05 00')),
      'an end marker is missing',
    ],
    ['a tag without an end', hex('30 80 1f 81 81 81 81 81 81 81 81 01 00'), 'a tag is too long'],
  ]
  for (const [name, bytes, what] of cases) {
    const walk = async (): Promise<void> => {
      const scope = scopeOf(bytes, 4096)
      const element = await scope.next()
      if (element === undefined) throw new Error('an element is wanted')
      await scope.enter(element).finish()
    }
    await t.rejects(walk(), { code: 'ERR_CONTAINER_MALFORMED', message: new RegExp(what) }, name)
  }
  t.ok(cases.length > 0)
})

t.test('an element of another kind than wanted is refused', async t => {
  const code = 'ERR_CONTAINER_MALFORMED'
  await t.rejects(scopeOf(der(4)).expect(TAG.oid), { code })
  await t.rejects(scopeOf(Buffer.alloc(0)).expect(TAG.oid), { code })
  const scope = scopeOf(Buffer.concat([der(4, noise(2)), der(0x30)]))
  const primitive = await scope.expect(TAG.octetString)
  t.throws(() => scope.enter(primitive), { code })
  await scope.skip(primitive)
  await t.rejects(scope.value(await scope.expect(TAG.sequence)), { code })
  await t.rejects(octetsOf(der(0x24, der(2, hex('05')))), { code })
})

t.test('a value that breaks off is told as such', async t => {
  const whole = der(0x30, der(4, noise(20)), indefinite(0x31, der(2, hex('07'))))
  for (let size = 1; size < whole.length; size += 1) {
    const walk = async (): Promise<void> => {
      const scope = scopeOf(whole.subarray(0, size))
      await scope.enter(await scope.expect(TAG.sequence)).finish()
    }
    await t.rejects(walk(), { code: 'ERR_CONTAINER_TRUNCATED' }, `${size} bytes`)
  }
  t.ok(whole.length > 20)
})
