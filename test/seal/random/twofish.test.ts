import { createRequire } from 'node:module'
import fc from 'fast-check'
import t from 'tap'
import { Twofish } from '../../../src/seal/random/twofish.js'

/** An implementation by somebody else; its CommonJS has no types that resolve from here. */
const peer = createRequire(import.meta.url)('twofish-ts') as {
  makeSession(key: Uint8Array): object
  encrypt(from: Uint8Array, at: number, to: Uint8Array, toAt: number, session: object): void
  decrypt(from: Uint8Array, at: number, to: Uint8Array, toAt: number, session: object): void
}

function encrypt(key: Uint8Array, plain: Uint8Array): Buffer {
  const block = Buffer.from(plain)
  new Twofish(key).encrypt(block)
  return block
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const ZERO = Buffer.alloc(16)

t.test('the examples of the specification come out', async t => {
  const whole = '0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff'
  const cases: [bits: number, want: string][] = [
    [192, 'cfd1d2e5a9be9cdf501f13b892bd2248'],
    [256, '37527be0052334b89f0cfccae87cfa20'],
  ]
  for (const [bits, want] of cases) {
    const key = hex(whole).subarray(0, bits / 8)
    t.equal(encrypt(key, ZERO).toString('hex'), want, `${bits} bits`)
  }
  t.equal(encrypt(ZERO, ZERO).toString('hex'), '9f589f5cf6122c32b6bfec2f2ae8c35a', '128 bits')
})

/** ecb_ival.txt: each text is encrypted next, each key is made of the texts before. */
t.test('the tables of intermediate values come out, from I=1 to I=49', async t => {
  const cases: [bytes: number, second: string, third: string, tenth: string, last: string][] = [
    [
      16,
      'd491db16e7b1c39e86cb086b789f5419',
      '019f9809de1711858faac3a3ba20fbc3',
      '8a8ab983310ed78c8c0ecde030b8dca4',
      '5d9d4eeffa9151575524f115815a12e0',
    ],
    [
      24,
      '88b2b2706b105e36b446bb6d731a1e88',
      '39da69d6ba4997d585b6dc073ca341b2',
      '16434fc9c8841a63d58700b5578e8f67',
      'e75449212beef9f4a390bd860a640941',
    ],
    [
      32,
      'd43bb7556ea32e46f2a282b7d45b4e0d',
      '90afe91bb288544f2c32dc239b2635e6',
      '43d5cec327b24ab90ad34a79d0469151',
      '37fe26ff1cf66175f5ddf4c33b97a205',
    ],
  ]
  for (const [bytes, second, third, tenth, last] of cases) {
    const texts: Buffer[] = [ZERO, ZERO, ZERO]
    for (let turn = 1; turn <= 49; turn += 1) {
      const [text = ZERO, before = ZERO, earlier = ZERO] = texts
      const key = Buffer.concat([before, earlier]).subarray(0, bytes)
      texts.unshift(encrypt(key, text))
    }
    // The newest is first, and three blocks of zeros are last.
    const at = (turn: number): string | undefined => texts[49 - turn]?.toString('hex')
    t.same([at(2), at(3), at(10), at(49)], [second, third, tenth, last], `${8 * bytes} bits`)
  }
})

/** ecb_e_m.txt: 10,000 times the same key; then the key is changed by what came out. */
t.test('the Monte-Carlo sets come out, and are those of another implementation', async t => {
  const cases: [bytes: number, want: readonly string[]][] = [
    [16, ['282be7e4fa1fbdc29661286f1f310b7e', 'c8e1d477621acc37742bd16032075654']],
    [24, ['9ab71d7f280ff79f0d135bbd5fab7e37', 'a1a3c49fd659216172cde292ce5f5226']],
    [32, ['04f2f36ca927ae506931de8f78b2513c', '04ead2a58c67fefcd4485d231c7ae4d7']],
  ]
  for (const [bytes, want] of cases) {
    const key = Buffer.alloc(bytes)
    const text = Buffer.alloc(16)
    for (const expected of want) {
      const ours = new Twofish(key)
      const other = Buffer.from(text)
      const session = peer.makeSession(key)
      const previous = Buffer.alloc(16)
      for (let turn = 0; turn < 10_000; turn += 1) {
        if (turn === 9_999) text.copy(previous)
        ours.encrypt(text)
        peer.encrypt(other, 0, other, 0, session)
      }
      t.equal(text.toString('hex'), expected, `${8 * bytes} bits`)
      t.same(other, text, 'the other implementation says the same')
      const change = Buffer.concat([previous.subarray(32 - bytes), text]).subarray(-bytes)
      for (const [at, byte] of change.entries()) key[at] = (key[at] ?? 0) ^ byte
    }
  }
})

t.test('any block under any key is opened by another implementation', async t => {
  const block = fc.uint8Array({ minLength: 16, maxLength: 16 })
  const key = fc.oneof(
    ...[16, 24, 32].map(length => fc.uint8Array({ minLength: length, maxLength: length })),
  )
  let seen = 0
  fc.assert(
    fc.property(key, block, (key, plain) => {
      seen += 1
      const sealed = encrypt(key, plain)
      const opened = new Uint8Array(16)
      peer.decrypt(sealed, 0, opened, 0, peer.makeSession(key))
      return Buffer.from(opened).equals(Buffer.from(plain)) && !sealed.equals(Buffer.from(plain))
    }),
    { numRuns: 200 },
  )
  t.equal(seen, 200)
})

t.test('a key of another length is refused', async t => {
  for (const length of [0, 8, 15, 17, 31, 33])
    t.throws(() => new Twofish(Buffer.alloc(length)), RangeError, `${length} bytes`)
})

t.test('a block inside a larger buffer is changed and nothing around it', async t => {
  const buffer = Buffer.alloc(48)
  new Twofish(ZERO).encrypt(buffer.subarray(16, 32))
  t.equal(
    buffer.toString('hex'),
    `${'00'.repeat(16)}9f589f5cf6122c32b6bfec2f2ae8c35a${'00'.repeat(16)}`,
  )
})
