import { createHash } from 'node:crypto'
import t from 'tap'
import { parseCertificate, type CertificateFacts } from '../../src/qtls/certificate.js'
import { matchDane } from '../../src/qtls/dane.js'
import { pki, type Issued } from '../support/tls-certificates.js'

const { root, authority, leaf } = await pki()
const facts = ({ der }: Issued): CertificateFacts => {
  const read = parseCertificate(der)
  if (read === undefined) throw new Error('not read')
  return read
}
const path = [leaf, authority].map(facts)

function record(usage: number, selector: number, matchingType: number, of: Issued | Buffer) {
  const bytes = Buffer.isBuffer(of) ? of : selector === 0 ? of.der : spki(of)
  const digest = [undefined, 'sha256', 'sha512'][matchingType]
  const data = digest === undefined ? bytes : createHash(digest).update(bytes).digest()
  return { usage, selector, matchingType, data: data.toString('base64') }
}

const spki = (of: Issued): Buffer =>
  facts(of).x509.publicKey.export({ type: 'spki', format: 'der' })

const raw = (usage: number, selector: number, matchingType: number, bytes: number) => ({
  usage,
  selector,
  matchingType,
  data: Buffer.alloc(bytes, 1).toString('base64'),
})

await t.test('records are matched by usage, selector and matching type', async t => {
  for (const matchingType of [0, 1, 2])
    for (const selector of [0, 1]) {
      const way = `${selector} ${matchingType}`
      t.same(matchDane([record(3, selector, matchingType, leaf)], path), { kind: 'ee' }, way)
      t.same(
        matchDane([record(3, selector, matchingType, authority)], path),
        { kind: 'mismatch' },
        way,
      )
      t.same(
        matchDane([record(2, selector, matchingType, authority)], path),
        { kind: 'ta', below: 1 },
        way,
      )
      t.same(matchDane([record(2, selector, matchingType, leaf)], path), { kind: 'mismatch' }, way)
    }
})

await t.test('a whole certificate or key vouches for what was sent without it', async t => {
  t.same(matchDane([record(2, 0, 0, root)], path), { kind: 'ta', below: 2 })
  t.same(matchDane([record(2, 1, 0, root)], path), { kind: 'ta', below: 2 })
  t.same(matchDane([record(2, 0, 1, root)], path), { kind: 'mismatch' }, 'a digest does not')
  t.same(matchDane([record(2, 0, 0, authority)], path.slice(0, 1)), { kind: 'ta', below: 1 })
})

await t.test('a new key can be published beside the old one', async t => {
  const other = record(3, 1, 1, authority)
  t.same(matchDane([other, record(3, 1, 1, leaf)], path), { kind: 'ee' })
  t.same(matchDane([other, record(2, 0, 1, authority)], path), { kind: 'ta', below: 1 })
})

await t.test('a weaker digest does not count beside a stronger one', async t => {
  const weak = record(3, 1, 1, leaf)
  const strong = record(3, 1, 2, authority)
  t.same(matchDane([weak, strong], path), { kind: 'mismatch' })
  t.same(
    matchDane([weak, record(3, 0, 2, authority)], path),
    { kind: 'ee' },
    'of another thing it does',
  )
})

await t.test('records that do not count for mail', async t => {
  t.same(matchDane([], path), { kind: 'none' })
  const rows = [
    raw(0, 0, 1, 32),
    raw(1, 1, 1, 32),
    raw(4, 0, 1, 32),
    raw(3, 2, 1, 32),
    raw(3, 0, 3, 32),
    raw(3, 0, 1, 31),
    raw(3, 0, 2, 32),
    raw(2, 0, 0, 100),
    raw(2, 1, 0, 0),
  ]
  for (const one of rows)
    t.same(
      matchDane([one], path),
      { kind: 'unusable' },
      `${one.usage} ${one.selector} ${one.matchingType}`,
    )
  t.same(matchDane([record(1, 0, 1, leaf), record(3, 0, 1, leaf)], path), { kind: 'ee' })
  t.same(matchDane([record(3, 0, 1, leaf)], []), { kind: 'mismatch' }, 'no certificate')
})
