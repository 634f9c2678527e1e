import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import fc from 'fast-check'
import t from 'tap'
import { MAX_CERTIFICATE, parseCertificate, readCertificate } from '../../src/qtls/certificate.js'
import { hasName } from '../../src/qtls/judge-connection.js'
import { certificate, CRL_URL, OCSP_URL, pki, type Wanted } from '../support/tls-certificates.js'

async function parsed(wanted: Wanted) {
  const facts = parseCertificate((await certificate(wanted)).der)
  if (facts === undefined) throw new Error('not read')
  return facts
}

await t.test('a certificate says who, when, by what key and what for', async t => {
  const { leaf } = await pki({ dns: ['MX1.example.com', '*.example.net'] })
  const facts = readCertificate(leaf.base64)
  t.match(facts, {
    subjectText: 'CN=mx1.example.com',
    issuerText: 'CN=Test Authority',
    notBefore: Date.parse('2026-01-01T00:00:00Z'),
    notAfter: Date.parse('2027-06-01T00:00:00Z'),
    key: { type: 'ec', bits: 256, curve: 'prime256v1' },
    signature: { oid: '1.2.840.10045.4.3.2', scheme: 'ecdsa', hash: 'sha256' },
    dnsNames: ['mx1.example.com', '*.example.net'],
    isCa: false,
    extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
    crlUrls: [CRL_URL],
    ocspUrls: [OCSP_URL],
    unknownCritical: [],
  })
  t.ok(facts?.keyUsage?.has('digitalSignature'))
  t.notOk(facts?.keyUsage?.has('certSign'))
  t.equal(readCertificate(leaf.base64), facts, 'it is read once')
})

await t.test('every kind of key and signature is told apart', async t => {
  const rows = [
    ['p256', 'ec', 256, 'ecdsa', 'sha256'],
    ['p384', 'ec', 384, 'ecdsa', 'sha384'],
    ['ed25519', 'ed25519', 256, 'eddsa', undefined],
    ['rsa1024', 'rsa', 1024, 'rsa-pkcs1', 'sha256'],
    ['rsa2048', 'rsa', 2048, 'rsa-pkcs1', 'sha256'],
    ['rsaSha1', 'rsa', 2048, 'rsa-pkcs1', 'sha1'],
    ['rsaPss', 'rsa', 2048, 'rsa-pss', 'sha256'],
  ] as const
  for (const [kind, type, bits, scheme, hash] of rows) {
    const { key, signature } = await parsed({ name: kind, kind })
    t.same([key.type, key.bits, signature.scheme, signature.hash], [type, bits, scheme, hash], kind)
  }
})

await t.test('an authority says how far it goes', async t => {
  const authority = await parsed({ name: 'ca', isCa: true, pathLength: 2 })
  t.match(authority, { isCa: true, pathLength: 2, extendedKeyUsage: undefined })
  t.ok(authority.keyUsage?.has('certSign'))
})

await t.test('names are compared as Postfix has OpenSSL compare them', async t => {
  const rows: readonly (readonly [readonly string[], string, boolean])[] = [
    [['mx1.example.com'], 'mx1.example.com', true],
    [['MX1.Example.COM'], 'mx1.example.com', true],
    [['mx1.example.com'], 'mx2.example.com', false],
    [['*.example.com'], 'mx1.example.com', true],
    [['*.example.com'], 'a.mx1.example.com', false],
    [['*.example.com'], 'example.com', false],
    [['*.com'], 'example.com', false],
    [['*'], 'example.com', false],
    [['mx*.example.com'], 'mx1.example.com', false],
    [['a.*.example.com'], 'a.b.example.com', false],
    [['example.com'], 'mx1.example.com', false],
  ]
  for (const [dns, name, wanted] of rows)
    t.equal(hasName(await parsed({ name: 'other', dns }), name), wanted, `${dns[0]} for ${name}`)
  t.ok(hasName(await parsed({ name: 'mx1.example.com' }), 'mx1.example.com'), 'the common name')
  const both = await parsed({ name: 'mx1.example.com', dns: ['mx2.example.com'] })
  t.notOk(hasName(both, 'mx1.example.com'), 'which counts only where there is no other')
})

await t.test('only plain web addresses are sources, and only a few of them', async t => {
  const urls = async (crl: string) => (await parsed({ name: 'x', crl })).crlUrls
  t.same(await urls('http://a.example/x.crl'), ['http://a.example/x.crl'])
  t.same(await urls('ldap://a.example/x'), [])
  t.same(await urls('file:///etc/passwd'), [])
  t.same(await urls('http://a.example/x y'), [])
  t.same(await urls(`http://a.example/${'x'.repeat(1000)}`), [])
})

await t.test('a critical extension that nobody knows is named', async t => {
  const more = [new x509.Extension('1.2.3.4.5', true, new Uint8Array([5, 0]))]
  t.same((await parsed({ name: 'x', more })).unknownCritical, ['1.2.3.4.5'])
  const harmless = [new x509.Extension('1.2.3.4.5', false, new Uint8Array([5, 0]))]
  t.same((await parsed({ name: 'x', more: harmless })).unknownCritical, [])
})

await t.test('an extension that stands there twice makes it no certificate', async t => {
  const more = [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'b.example' }])]
  const { der } = await certificate({ name: 'x', dns: ['a.example'], more })
  t.equal(parseCertificate(der), undefined)
})

await t.test('a name of the other side is cut and holds no control characters', async t => {
  const { subjectText } = await parsed({ name: `x\u001b[31m\u202e${'y'.repeat(300)}` })
  t.match(subjectText, /^CN=x[\x20-\x7e]*…$/)
  t.ok(subjectText.length <= 201)
})

await t.test('a certificate that breaks off is none, wherever it does', async t => {
  const { leaf } = await pki()
  for (let length = 0; length < leaf.der.length; length += 1)
    if (parseCertificate(leaf.der.subarray(0, length)) !== undefined) t.fail(`${length} bytes`)
  t.ok(parseCertificate(leaf.der))
  t.equal(parseCertificate(Buffer.concat([leaf.der, Buffer.alloc(1)])), undefined, 'nor is more')
  t.equal(parseCertificate(Buffer.alloc(MAX_CERTIFICATE + 1, 0x30)), undefined)
})

await t.test('whatever the bytes are, nothing is thrown', async t => {
  const { leaf, authority } = await pki()
  const changed = fc.tuple(
    fc.constantFrom(leaf.der, authority.der),
    fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 8 }),
  )
  let read = 0
  fc.assert(
    fc.property(changed, ([der, changes]) => {
      const bytes = Buffer.from(der)
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte
      if (parseCertificate(bytes) !== undefined) read += 1
    }),
    { numRuns: 300 },
  )
  t.ok(read > 0, `${read} of 300 were certificates all the same`)
  const deep = Buffer.concat(Array.from({ length: 8000 }, () => Buffer.from([0x30, 0x80])))
  t.equal(parseCertificate(deep), undefined)
})
