import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parseCertificate } from '../../src/qtls/certificate.js'
import {
  buildTrust,
  certificatesIn,
  countedBy,
  readTrustStore,
  trustStore,
} from '../../src/qtls/chain-trust.js'
import { certificate, pki, type Issued } from '../support/tls-certificates.js'

const { root, authority, leaf } = await pki()
const storeOf = (...issued: readonly Issued[]) =>
  trustStore(issued.flatMap(({ der }) => parseCertificate(der) ?? []))
const sent = (...issued: readonly Issued[]) => issued.map(({ base64 }) => base64)
const STORE = storeOf(root)

await t.test('chains as Postfix sees them', async t => {
  const alone = await certificate({ name: 'alone' })
  const renewed = await certificate({ name: 'Test Authority', isCa: true, use: 'new' }, root)
  const rows = [
    ['as it should be', sent(leaf, authority), 'trusted', [0, 1]],
    ['with the root', sent(leaf, authority, root), 'trusted', [0, 1]],
    ['in any order', sent(leaf, root, authority), 'trusted', [0, 2]],
    ['with things that are not asked for', sent(leaf, alone, authority), 'trusted', [0, 2]],
    ['with another one of that name', sent(leaf, renewed, authority), 'trusted', [0, 2]],
    ['without the authority', sent(leaf), 'incomplete', [0]],
    ['the wrong authority of that name', sent(leaf, renewed), 'broken', [0]],
    ['alone', sent(alone), 'self-signed', [0]],
    ['nothing', [], 'broken', []],
    ['not a certificate', ['AAAA', ...sent(authority)], 'broken', []],
  ] as const
  for (const [what, chain, outcome, path] of rows) {
    const trust = buildTrust(chain, STORE)
    t.equal(trust.outcome, outcome, what)
    t.same(trust.path, path, what)
    t.equal(trust.anchor, outcome === 'trusted' ? root.base64 : undefined, what)
    t.equal(trust.detail === undefined, outcome === 'trusted', what)
  }
})

await t.test('an authority that nobody trusts', async t => {
  const trust = buildTrust(sent(leaf, authority, root), storeOf())
  t.equal(trust.outcome, 'untrusted')
  t.same(trust.path, [0, 1, 2])
  t.equal(trust.detail, 'CN=Test Root is not in the store')
})

await t.test('a certificate in the store that signed itself is its own anchor', async t => {
  const alone = await certificate({ name: 'alone' })
  const trust = buildTrust(sent(alone), storeOf(alone))
  t.match(trust, { outcome: 'trusted', path: [0], anchor: alone.base64 })
})

await t.test(
  'an authority in the store completes what was sent, as it does for Postfix',
  async t => {
    const store = storeOf(root, authority)
    const trust = buildTrust(sent(leaf), store)
    t.match(trust, {
      outcome: 'trusted',
      path: [0, 1],
      supplied: [authority.base64],
      anchor: root.base64,
    })
    t.same(countedBy(sent(leaf), trust), sent(leaf, authority))
    t.equal(buildTrust(sent(leaf, authority), store).supplied, undefined, 'nothing is missing')
  },
)

await t.test('an authority below a root is no anchor', async t => {
  t.equal(buildTrust(sent(leaf), storeOf(authority)).outcome, 'incomplete')
})

await t.test('a signature that was changed does not hold', async t => {
  const bytes = Buffer.from(leaf.der)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  const trust = buildTrust([bytes.toString('base64'), ...sent(authority)], STORE)
  t.not(trust.outcome, 'trusted')
})

await t.test('a chain has an end', async t => {
  let issuer = await certificate({ name: 'r0', isCa: true })
  const chain = [issuer]
  for (let at = 1; at < 12; at += 1) {
    issuer = await certificate({ name: `r${at}`, isCa: true }, issuer)
    chain.unshift(issuer)
  }
  const trust = buildTrust(sent(...chain), storeOf())
  t.equal(trust.outcome, 'broken')
  t.equal(trust.detail, 'more than 9 steps')
})

await t.test('200 certificates of one name cost little', async t => {
  const many = Array.from({ length: 200 }, () => authority.base64)
  t.equal(buildTrust([leaf.base64, ...many], storeOf()).outcome, 'incomplete')
})

await t.test('a store is read from files as Debian has them', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'postseal-store-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'ca.pem')
  writeFileSync(
    file,
    `# roots\n${root.pem}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${authority.pem}`,
  )
  t.equal(readTrustStore([file]).size, 2)
  t.equal(certificatesIn('nothing').length, 0)
  writeFileSync(file, 'nothing')
  t.throws(() => readTrustStore([file]), { code: 'ERR_CONFIG_FILE' })
  t.throws(() => readTrustStore([join(directory, 'none')]), { code: 'ERR_CONFIG_FILE' })
})
