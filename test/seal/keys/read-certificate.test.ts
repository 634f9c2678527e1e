import { createHash, createPublicKey, randomBytes } from 'node:crypto'
import t from 'tap'
import { objectionsTo } from '../../../src/seal/keys/objections.js'
import { readCertificate } from '../../../src/seal/keys/read-certificate.js'
import { AUTHORITY_EXTENSIONS, KeyMaker, MAIL_EXTENSIONS } from '../../support/seal-keys.js'

const DAY = 86_400_000
const maker = new KeyMaker()
t.teardown(() => maker.close())
/** In the middle of the two days for which the certificates are made. */
const now = Date.now() + DAY
const rules = { now, minRsaBits: 2048 }

await t.test('a certificate says whose it is, what key it has and how long it is good', async t => {
  const cases: [key: string, algorithm: string, rsaBits: number | undefined][] = [
    ['rsa:2048', 'RSA 2048', 2048],
    ['ec:P-256', 'EC P-256', undefined],
    ['ec:P-384', 'EC P-384', undefined],
    ['ec:P-521', 'EC P-521', undefined],
  ]
  for (const [key, algorithm, rsaBits] of cases) {
    const der = maker.certificate('anna', { key, subject: '/CN=Anna Muster/O=Praxis' })
    const { key: read, isAuthority } = readCertificate(der)
    t.match(read, {
      system: 'smime',
      addresses: ['anna@example.org'],
      subject: 'CN=Anna Muster, O=Praxis',
      issuer: 'CN=Anna Muster, O=Praxis',
      algorithm,
      unfit: undefined,
    })
    t.equal(read.rsaBits, rsaBits)
    t.equal(isAuthority, false)
    t.same(read.bytes, der)
    t.equal(read.fingerprint, createHash('sha256').update(der).digest('hex'))
    t.equal((read.notAfter ?? 0) - read.notBefore, 2 * DAY)
    t.same(objectionsTo(read, rules), [], key)
  }
  const said = maker
    .openssl('x509', '-in', 'anna.pem', '-noout', '-fingerprint', '-sha256')
    .toString()
  const { key } = readCertificate(maker.der('anna'))
  t.match(said.toLowerCase().replaceAll(':', ''), key.fingerprint, 'as openssl prints it')
})

await t.test(
  'a large RSA key is read, and one that is certified by another kind of key',
  async t => {
    // What RSA 4096 takes to make is half a minute on a slow machine; a number of that size will do.
    const n = randomBytes(512)
    n[0] = 0xc0
    n[511] = 0x01
    const jwk = { kty: 'RSA', n: n.toString('base64url'), e: 'AQAB' }
    const pem = createPublicKey({ format: 'jwk', key: jwk }).export({ type: 'spki', format: 'pem' })
    maker.box.write('large.pub', Buffer.from(pem))
    maker.authority('root')
    maker.openssl(
      'x509',
      '-new',
      '-force_pubkey',
      'large.pub',
      '-subj',
      '/emailAddress=l@example.org',
      '-CA',
      'root.pem',
      '-CAkey',
      'root.key',
      '-set_serial',
      '1',
      '-days',
      '2',
      '-out',
      'large.pem',
    )
    const { key } = readCertificate(maker.der('large'))
    t.match(key, { algorithm: 'RSA 4096', rsaBits: 4096, addresses: ['l@example.org'] })
    t.same(objectionsTo(key, rules), [])
  },
)

await t.test('what nobody may encrypt to says why', async t => {
  const mail = (...more: readonly string[]) => [
    'basicConstraints=critical,CA:FALSE',
    'subjectAltName=email:a@example.org',
    ...more,
  ]
  const cases: [
    name: string,
    key: string,
    extensions: readonly string[],
    why: readonly string[],
  ][] = [
    ['weak', 'rsa:1024', mail(), ['RSA with 1024 bits is too short, 2048 are wanted']],
    [
      'signer',
      'rsa:2048',
      mail('keyUsage=digitalSignature'),
      ['its key usage does not name keyEncipherment'],
    ],
    [
      'signer-ec',
      'ec:P-256',
      mail('keyUsage=digitalSignature,keyEncipherment'),
      ['its key usage does not name keyAgreement'],
    ],
    [
      'server',
      'ec:P-256',
      mail('extendedKeyUsage=serverAuth'),
      ['its extended key usage does not name emailProtection'],
    ],
    ['any', 'ec:P-256', mail('extendedKeyUsage=anyExtendedKeyUsage'), []],
    ['unsaid', 'ec:P-256', mail(), []],
    ['edwards', 'ed25519', mail(), ['its key can only sign']],
    ['koblitz', 'ec:secp256k1', mail(), ['its curve (secp256k1) is not one we use']],
    ['root', 'ec:P-256', AUTHORITY_EXTENSIONS, ['it is the certificate of an authority']],
  ]
  for (const [name, key, extensions, why] of cases) {
    const read = readCertificate(maker.certificate(name, { key, extensions }))
    t.same(objectionsTo(read.key, rules), why, name)
    t.equal(read.isAuthority, name === 'root')
  }
})

await t.test('a certificate counts from its first second and no longer than its last', async t => {
  const { key } = readCertificate(maker.certificate('timed'))
  const at = (time: number) => objectionsTo(key, { now: time, minRsaBits: 2048 })
  const end = key.notAfter ?? 0
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  t.same(at(key.notBefore), [])
  t.same(at(key.notBefore - 1), [`it is not valid before ${day(key.notBefore)}`])
  t.same(at(end - 1), [])
  t.same(at(end), [`it was valid until ${day(end)}`])
})

await t.test('addresses are taken from where they may stand, in one spelling', async t => {
  const cases: [subject: string, names: string, addresses: readonly string[]][] = [
    ['/CN=a', 'email:Anna.MUSTER@Example.ORG', ['anna.muster@example.org']],
    ['/CN=a', 'email:a@example.org,email:b@example.net', ['a@example.org', 'b@example.net']],
    ['/CN=a/emailAddress=old@example.org', 'DNS:example.org', ['old@example.org']],
    ['/CN=a/emailAddress=a@example.org', 'email:A@example.org', ['a@example.org']],
    ['/CN=a', 'otherName:1.2.3.4;UTF8:x@example.org', []],
    ['/CN=a', 'email:no address,email:@example.org,email:a@localhost', []],
  ]
  for (const [subject, names, addresses] of cases) {
    const extensions = [`subjectAltName=${names}`]
    const { key } = readCertificate(maker.certificate('named', { subject, extensions }))
    t.same(key.addresses, addresses, names)
  }
})

await t.test('a mailbox that is not ASCII is read where RFC 9598 puts it', async t => {
  const name = '1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8:j\u00f6rg@b\u00fccher.example'
  const config = '[req]\ndistinguished_name = dn\n[dn]\n[ext]\nsubjectAltName = @names\n[names]\n'
  maker.box.write('utf8.cnf', Buffer.from(`${config}otherName.0 = ${name}\n`))
  maker.openssl(
    'req',
    '-x509',
    '-config',
    'utf8.cnf',
    '-extensions',
    'ext',
    '-subj',
    '/CN=a',
    '-nodes',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-days',
    '2',
    '-keyout',
    'utf8.key',
    '-out',
    'utf8.pem',
  )
  const { key } = readCertificate(maker.der('utf8'))
  t.same(key.addresses, ['j\u00f6rg@xn--bcher-kva.example'])
})

await t.test('names hold no control characters and have an end', async t => {
  const subject = `/CN=a\u001b[31m\u202eb/O=${'x'.repeat(60)}/OU=${'y'.repeat(60)}/L=${'z'.repeat(60)}`
  const { key } = readCertificate(maker.certificate('odd', { subject }))
  t.notMatch(key.subject, /[\u0000-\u001f\u202e]/)
  t.ok(key.subject.length <= 200)
})

await t.test('a certificate that breaks off or goes on is none, at every byte', async t => {
  const der = maker.certificate('cut', { extensions: MAIL_EXTENSIONS('cut@example.org') })
  let refused = 0
  for (let length = 0; length < der.length; length += 1) {
    t.throws(() => readCertificate(der.subarray(0, length)), { code: 'ERR_SEAL_KEY_INPUT' })
    refused += 1
  }
  t.equal(refused, der.length)
  t.throws(() => readCertificate(Buffer.concat([der, Buffer.from([0])])), {
    code: 'ERR_SEAL_KEY_INPUT',
  })
  t.throws(() => readCertificate(Buffer.alloc(200_000, 0x30)), /larger than 131072 bytes/)
})
