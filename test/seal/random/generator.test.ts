import { createHash } from 'node:crypto'
import t from 'tap'
import { doubleHash, Generator, MAX_REQUEST } from '../../../src/seal/random/generator.js'

t.test('without a seed nothing is given', async t => {
  const generator = new Generator()
  t.equal(generator.isSeeded, false)
  t.throws(() => generator.bytes(1), { code: 'ERR_SEAL_UNSEEDED', temporary: true })
  t.throws(() => generator.bytes(0), { code: 'ERR_SEAL_UNSEEDED' })
  generator.reseed(Buffer.of(1))
  t.equal(generator.isSeeded, true)
  t.equal(generator.bytes(5).length, 5)
})

t.test('SHAd-256 is the hash of the hash, of pieces as of the whole', async t => {
  const inner = createHash('sha256').update('abc').digest()
  const want = createHash('sha256').update(inner).digest('hex')
  t.equal(doubleHash(Buffer.from('abc')).toString('hex'), want)
  t.equal(doubleHash(Buffer.from('a'), Buffer.from('bc')).toString('hex'), want)
  t.equal(want, '4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358')
})

t.test(
  'the key changes with each request, so two requests are not one of both lengths',
  async t => {
    const [one, two] = [new Generator(), new Generator()]
    for (const generator of [one, two]) generator.reseed(Buffer.from('seed'))
    const whole = one.bytes(64)
    const [first, second] = [two.bytes(32), two.bytes(32)]
    t.same(first, whole.subarray(0, 32))
    t.not(second.equals(whole.subarray(32)), true)
  },
)

t.test('the same seed gives the same bytes, another seed others', async t => {
  const given = ['a', 'a', 'b'].map(seed => {
    const generator = new Generator()
    generator.reseed(Buffer.from(seed))
    return generator.bytes(16).toString('hex')
  })
  t.equal(given[0], given[1])
  t.not(given[0], given[2])
})

t.test('a request has a limit', async t => {
  const generator = new Generator()
  generator.reseed(Buffer.of(1))
  t.equal(generator.bytes(MAX_REQUEST).length, 2 ** 20)
  t.equal(generator.bytes(0).length, 0)
  for (const size of [MAX_REQUEST + 1, -1, 0.5, Number.NaN])
    t.throws(() => generator.bytes(size), { code: 'ERR_BUG' }, String(size))
})
