import fc from 'fast-check'
import t from 'tap'
import { OCSPRequest } from 'pkijs'
import { ocspRequest, readOcsp } from '../../src/qtls/ocsp.js'
import { factsOf, ocspOf, type OcspWish } from '../support/revocation-answers.js'
import { certificate, NOW, pki, type Issued } from '../support/tls-certificates.js'

const HOUR = 3_600_000
const { authority, leaf, root } = await pki()
const about = factsOf(leaf)
const issuer = factsOf(authority)
const ask = async (wish?: OcspWish, of: Issued = leaf) =>
  readOcsp(await ocspOf(of, authority, wish), about, issuer, NOW)

const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
const delegate = await certificate(
  { name: 'Responder', extendedKeyUsage: [OCSP_SIGNING] },
  authority,
)

await t.test('a question names the certificate', async t => {
  const request = OCSPRequest.fromBER(ocspRequest(about, issuer))
  const [only] = request.tbsRequest.requestList
  t.equal(request.tbsRequest.requestList.length, 1)
  const serial = Buffer.from(only?.reqCert.serialNumber.valueBlock.valueHexView ?? [])
  t.equal(serial.toString('hex'), leaf.serial)
  t.equal(only?.reqCert.hashAlgorithm.algorithmId, '1.3.14.3.2.26')
})

await t.test('an answer says what it says', async t => {
  const times = { thisUpdate: NOW - HOUR, nextUpdate: NOW + 24 * HOUR, revokedAt: undefined }
  t.same(await ask(), { state: 'good', ...times })
  t.same(await ask({ state: 'unknown' }), { state: 'unknown', ...times })
  t.same(await ask({ state: 'revoked' }), {
    state: 'revoked',
    ...times,
    revokedAt: NOW - 24 * HOUR,
  })
  t.match(await ask({ nextUpdate: undefined }), { state: 'good', nextUpdate: undefined })
  t.match(await ask({ hash: 'sha256' }), { state: 'good' }, 'whatever hash names the authority')
  t.match(await ask({ byKey: true }), { state: 'good' }, 'however the signer is named')
})

await t.test('somebody to whom the authority gave a certificate for that may sign', async t => {
  t.match(await ask({ signer: delegate }), { state: 'good' })
  t.match(await ask({ signer: delegate, byKey: true }), { state: 'good' })
})

await t.test('nobody else may', async t => {
  const named = { extendedKeyUsage: [OCSP_SIGNING] }
  const rows: readonly (readonly [string, Issued, RegExp])[] = [
    ['the root', root, /may not answer/],
    ['a server of the authority', leaf, /may not answer/],
    [
      'a responder of another authority',
      await certificate({ name: 'R', ...named }, root),
      /not of that authority/,
    ],
    ['one that signed itself', await certificate({ name: 'S', ...named }), /not of that authority/],
    [
      'one whose time is over',
      await certificate({ name: 'O', ...named, to: '2026-11-01T00:00:00Z' }, authority),
      /not valid now/,
    ],
    [
      'one of the same name',
      await certificate({ name: 'Test Authority', use: 'false' }),
      /does not hold/,
    ],
  ]
  for (const [what, signer, detail] of rows)
    t.match(await ask({ signer }), { state: 'bad-signature', detail }, what)
})

await t.test('answers that are none', async t => {
  const rows: readonly (readonly [number, RegExp])[] = [
    [1, /did not understand/],
    [2, /in trouble/],
    [3, /try later/],
    [5, /signed question/],
    [6, /does not answer us/],
    [9, /status 9/],
  ]
  for (const [responseStatus, detail] of rows)
    t.match(await ask({ responseStatus }), { state: 'unusable', detail })
  t.match(await ask({}, root), { state: 'unusable', detail: /something else/ })
  t.match(readOcsp(Buffer.alloc(70_000), about, issuer, NOW), {
    state: 'unusable',
    detail: /large/,
  })
})

await t.test('an answer that breaks off is none, wherever it does', async t => {
  const der = await ocspOf(leaf, authority, { signer: delegate })
  for (let length = 0; length < der.length; length += 1) {
    const { state } = readOcsp(der.subarray(0, length), about, issuer, NOW)
    if (state !== 'unusable') t.fail(`${length} bytes`)
  }
  t.equal(readOcsp(der, about, issuer, NOW).state, 'good')
})

await t.test('no changed answer is good', async t => {
  const der = await ocspOf(leaf, authority, { state: 'revoked' })
  const states = new Set<string>()
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const bytes = Buffer.from(der)
      bytes[at] = (bytes[at] ?? 0) ^ change
      const { state } = readOcsp(bytes, about, issuer, NOW)
      states.add(state)
      return state !== 'good'
    }),
    { numRuns: 200 },
  )
  t.ok(states.has('bad-signature'))
})
