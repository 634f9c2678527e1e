import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import fc from 'fast-check'
import t from 'tap'
import { askCrl, parseCrl } from '../../src/qtls/crl.js'
import { certificate, CRL_URL, NOW, pki } from '../support/tls-certificates.js'
import { crlOf, factsOf, longCrl } from '../support/revocation-answers.js'

const HOUR = 3_600_000
const { authority, leaf, root } = await pki()
const about = factsOf(leaf)
const issuer = factsOf(authority)

async function ask(...[wish]: readonly [Parameters<typeof crlOf>[1]?]) {
  const crl = parseCrl(await crlOf(authority, wish))
  if (crl === undefined) throw new Error('not read')
  return askCrl(crl, about, issuer)
}

const idp = (bytes: number[]) => new x509.Extension('2.5.29.28', true, new Uint8Array(bytes))

await t.test('a list says who is revoked, and since when', async t => {
  t.same(await ask(), { state: 'good' })
  t.same(await ask({ revoked: [root, leaf] }), {
    state: 'revoked',
    revokedAt: NOW - 24 * HOUR,
  })
  t.same(await ask({ revoked: [root] }), { state: 'good' })
})

await t.test('a list says how long it holds', async t => {
  const crl = parseCrl(await crlOf(authority))
  t.match(crl, { thisUpdate: NOW - HOUR, nextUpdate: NOW + 48 * HOUR })
})

await t.test('PEM is read as DER is', async t => {
  const der = await crlOf(authority, { revoked: [leaf] })
  const pem = `-----BEGIN X509 CRL-----\n${der.toString('base64')}\n-----END X509 CRL-----\n`
  const crl = parseCrl(Buffer.from(pem))
  t.equal(crl && askCrl(crl, about, issuer).state, 'revoked')
  t.equal(parseCrl(Buffer.from('-----BEGIN X509 CRL-----\nAAAA')), undefined)
})

await t.test('a signature by anybody else does not hold', async t => {
  t.match(await ask({ signer: root }), { state: 'bad-signature' })
  const rsa = await pki({}, { kind: 'rsaPss' })
  const crl = parseCrl(await crlOf(rsa.authority))
  t.same(crl && askCrl(crl, factsOf(rsa.leaf), factsOf(rsa.authority)), { state: 'good' })
  const weak = await pki({}, { kind: 'rsaSha1' })
  const old = parseCrl(await crlOf(weak.authority))
  t.match(old && askCrl(old, factsOf(weak.leaf), factsOf(weak.authority)), {
    state: 'bad-signature',
    detail: 'signed with sha1',
  })
  const silent = await certificate({ name: 'Test Authority', isCa: true, keyUsage: 32 }, root)
  const its = await certificate({ name: 'x', crl: CRL_URL }, silent)
  const mute = parseCrl(await crlOf(silent))
  t.match(mute && askCrl(mute, factsOf(its), factsOf(silent)), {
    state: 'bad-signature',
    detail: 'the authority may not sign lists',
  })
})

await t.test('lists that say nothing about this certificate', async t => {
  const rows = [
    ['changes only', new x509.Extension('2.5.29.27', true, new Uint8Array([2, 1, 1])), /changes/],
    ['indirect', idp([0x30, 3, 0x84, 1, 0xff]), /indirect/],
    ['for authorities', idp([0x30, 3, 0x82, 1, 0xff]), /other certificates/],
    ['for attributes', idp([0x30, 3, 0x85, 1, 0xff]), /attribute/],
    ['for some reasons', idp([0x30, 4, 0x83, 2, 1, 2]), /some reasons/],
    [
      'a critical extension',
      new x509.Extension('1.2.3.4', true, new Uint8Array([5, 0])),
      /critical/,
    ],
  ] as const
  for (const [what, extension, detail] of rows)
    t.match(await ask({ extensions: [extension] }), { state: 'unusable', detail }, what)
  t.same(await ask({ extensions: [idp([0x30, 3, 0x81, 1, 0xff])] }), { state: 'good' }, 'for users')
  const number = new x509.Extension('2.5.29.20', false, new Uint8Array([2, 1, 7]))
  t.same(await ask({ extensions: [number] }), { state: 'good' }, 'its number')
  const crl = parseCrl(await crlOf(root))
  t.match(crl && askCrl(crl, about, issuer), { state: 'unusable', detail: /another authority/ })
})

await t.test('a list for one distribution point is for those that name it', async t => {
  const point = (url: string) => {
    const name = Buffer.from(url)
    const uri = Buffer.concat([Buffer.from([0x86, name.length]), name])
    const full = Buffer.concat([Buffer.from([0xa0, uri.length]), uri])
    const dp = Buffer.concat([Buffer.from([0xa0, full.length]), full])
    return idp([0x30, dp.length, ...dp])
  }
  t.same(await ask({ extensions: [point(CRL_URL)] }), { state: 'good' })
  t.match(await ask({ extensions: [point('http://other.example/')] }), {
    state: 'unusable',
    detail: /another distribution point/,
  })
})

await t.test('a list that breaks off is none, wherever it does', async t => {
  const der = await crlOf(authority, { revoked: [leaf, root] })
  for (let length = 0; length < der.length; length += 1)
    if (parseCrl(der.subarray(0, length)) !== undefined) t.fail(`${length} bytes`)
  t.ok(parseCrl(der))
  t.equal(parseCrl(Buffer.concat([der, Buffer.alloc(1)])), undefined)
})

await t.test('no changed list is good', async t => {
  const der = await crlOf(authority, { revoked: [leaf] })
  let read = 0
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const bytes = Buffer.from(der)
      bytes[at] = (bytes[at] ?? 0) ^ change
      const crl = parseCrl(bytes)
      if (crl === undefined) return true
      read += 1
      return askCrl(crl, about, issuer).state !== 'good'
    }),
    { numRuns: 200 },
  )
  t.ok(read > 0, `${read} of 200 could be read`)
})

await t.test('a long list is walked, not built', async t => {
  const bytes = await longCrl(authority, 60_000, [leaf])
  t.ok(bytes.length > 2_000_000, `${bytes.length} bytes`)
  const before = heldBytes()
  const crl = parseCrl(bytes)
  t.equal(crl && askCrl(crl, about, issuer).state, 'revoked', 'the last of them')
  t.ok(heldBytes() - before < 5_000_000)
  t.equal(crl && askCrl(crl, { ...about, serial: '7f' }, issuer).state, 'good')
})

/** What is held, garbage left out. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}
