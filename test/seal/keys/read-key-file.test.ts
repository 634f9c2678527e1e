import t from 'tap'
import { readKeyFile } from '../../../src/seal/keys/read-key-file.js'
import { readCertificate } from '../../../src/seal/keys/read-certificate.js'
import { KeyMaker } from '../../support/seal-keys.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
const now = Date.now() + 86_400_000
const { box } = maker

const root = maker.authority('root')
const anna = maker.certificate('anna', { key: 'rsa:2048', by: 'root' })
const beat = maker.certificate('beat', { by: 'root' })
const print = (der: Buffer): string => readCertificate(der).key.fingerprint
const read = (bytes: Buffer, password?: string) =>
  readKeyFile(bytes, { now, ...(password === undefined ? {} : { password }) })

const prints = async (bytes: Buffer, password?: string): Promise<readonly string[]> =>
  (await read(bytes, password)).keys.map(({ fingerprint }) => fingerprint)

await t.test('one certificate is read in PEM, in DER, and with text around it', async t => {
  t.same(await prints(anna), [print(anna)])
  t.same(await prints(maker.pem('anna')), [print(anna)])
  const text = maker.openssl('x509', '-in', 'anna.pem', '-text')
  t.same(await prints(text), [print(anna)])
  t.same(await prints(Buffer.concat([Buffer.from('\ufeff'), maker.pem('anna')])), [print(anna)])
  const dos = Buffer.from(maker.pem('anna').toString().replaceAll('\n', '\r\n'))
  t.same(await prints(dos), [print(anna)])
})

await t.test(
  'a PEM file gives its keys once each, and authorities as the way to their root',
  async t => {
    const file = Buffer.concat([
      maker.pem('anna'),
      maker.pem('root'),
      maker.pem('beat'),
      maker.pem('anna'),
    ])
    const { keys, chain, notes } = await read(file)
    t.same(
      keys.map(({ fingerprint }) => fingerprint),
      [print(anna), print(beat)],
    )
    t.same(chain, [root])
    t.same(notes, [])
  },
)

await t.test('a PKCS #7 bundle is read in PEM and in DER', async t => {
  const bundle = ['crl2pkcs7', '-nocrl', '-certfile', 'anna.pem', '-certfile', 'root.pem']
  for (const form of ['PEM', 'DER']) {
    const { keys, chain } = await read(maker.openssl(...bundle, '-outform', form))
    t.same(
      keys.map(({ fingerprint }) => fingerprint),
      [print(anna)],
    )
    t.same(chain, [root])
  }
})

await t.test(
  'a PKCS #12 file gives its certificate, and its private key is thrown away',
  async t => {
    const cases: [name: string, password: string, options: readonly string[]][] = [
      ['as openssl makes it', 'geheim', []],
      ['with a password that is not ASCII', 'Zürich-€', []],
      ['with an empty password', '', []],
      ['with many rounds', 'geheim', ['-iter', '20000']],
      ['in the old way', 'geheim', ['-legacy']],
      ['with certificates in the clear', 'geheim', ['-certpbe', 'NONE']],
      ['without a check sum', 'geheim', ['-nomac']],
      ['of an elliptic curve', 'geheim', ['-inkey', 'beat.key', '-in', 'beat.pem']],
    ]
    for (const [name, password, options] of cases) {
      const base = [
        'pkcs12',
        '-export',
        '-inkey',
        'anna.key',
        '-in',
        'anna.pem',
        '-macalg',
        'sha256',
      ]
      maker.openssl(...base, '-passout', `pass:${password}`, ...options, '-out', 'file.p12')
      const { keys, notes } = await read(box.read('file.p12'), password)
      const wanted = options.includes('beat.pem') ? beat : anna
      t.same(
        keys.map(({ fingerprint }) => fingerprint),
        [print(wanted)],
        name,
      )
      t.match(notes, [/holds a private key\. It was thrown away/], name)
    }
    maker.openssl(
      'pkcs12',
      '-export',
      '-nokeys',
      '-in',
      'anna.pem',
      '-certfile',
      'root.pem',
      '-passout',
      'pass:geheim',
      '-out',
      'plain.p12',
    )
    const { keys, chain, notes } = await read(box.read('plain.p12'), 'geheim')
    t.same([keys.length, chain, notes], [1, [root], []])
  },
)

await t.test('a PKCS #12 file that does not open says why', async t => {
  const make = (...options: readonly string[]): Buffer => {
    const base = ['pkcs12', '-export', '-inkey', 'anna.key', '-in', 'anna.pem']
    maker.openssl(...base, '-passout', 'pass:geheim', ...options, '-out', 'bad.p12')
    return box.read('bad.p12')
  }
  await t.rejects(read(make(), 'falsch'), {
    code: 'ERR_SEAL_KEY_INPUT',
    message: 'the password is wrong',
  })
  await t.rejects(read(make()), { message: 'the password is wrong' })
  await t.rejects(read(make('-nomac', '-certpbe', 'AES-256-CBC'), 'falsch'), {
    code: 'ERR_SEAL_KEY_INPUT',
  })
  await t.rejects(
    read(make('-iter', '1000001', '-nomac', '-certpbe', 'AES-256-CBC'), 'geheim'),
    /more than 1000000 times/,
  )
  await t.rejects(read(make('-certpbe', 'AES-256-CBC', '-macalg', 'md5'), 'geheim'), /check sum/)
  await t.rejects(
    read(make('-certpbe', 'PBE-SHA1-RC4-128', '-legacy'), 'geheim'),
    /encrypted in a way/,
  )
})

await t.test('private keys in a text are thrown away', async t => {
  const { keys, notes } = await read(Buffer.concat([box.read('anna.key'), maker.pem('anna')]))
  t.equal(keys.length, 1)
  t.match(notes, [/thrown away/])
  await t.rejects(read(box.read('anna.key')), /holds no certificate and no OpenPGP key/)
})

await t.test('OpenPGP keys are read armoured and in binary', async t => {
  const key = maker.pgpKey('Anna <anna@example.org>', 'future-default')
  const armoured = maker.gpg(['--armor', '--export', 'anna@example.org'])
  const both = Buffer.concat([maker.pem('beat'), armoured])
  const [pgp] = (await read(key)).keys
  t.match(pgp, { system: 'pgp', addresses: ['anna@example.org'], algorithm: 'Curve25519' })
  t.same(await prints(armoured), [pgp?.fingerprint])
  t.same(await prints(both), [print(beat), pgp?.fingerprint])
  const secret = maker.gpg(['--armor', '--export-secret-keys', 'anna@example.org'])
  const { keys, notes } = await read(secret)
  t.same(keys[0]?.bytes, pgp?.bytes, 'the public part and nothing else')
  t.match(notes, [/thrown away/])
})

await t.test('what is none of these is refused in words', async t => {
  const cases: [bytes: Buffer, why: RegExp][] = [
    [Buffer.alloc(0), /the file is empty/],
    [Buffer.from('hello'), /none of the forms that we know/],
    [Buffer.alloc(2 * 1024 * 1024 + 1), /larger than 2097152 bytes/],
    [maker.pem('root'), /certificates of authorities only/],
    [Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n'), /a block in the file has no end/],
    [Buffer.from('-----BEGIN CERTIFICATE-----\n%%\n-----END CERTIFICATE-----'), /not base64/],
    [
      Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'),
      /not a certificate/,
    ],
    [Buffer.from('-----BEGIN X-----\nAAAA\n-----END X-----\n'.repeat(501)), /more than 500 blocks/],
    [Buffer.from('3003060100', 'hex'), /not a PKCS #7 bundle/],
    [Buffer.from('3003020103', 'hex'), /not a PKCS #12 file/],
    [Buffer.from('308000', 'hex'), /not a certificate/],
    [Buffer.from('99ffff', 'hex'), /not an OpenPGP key/],
  ]
  for (const [bytes, why] of cases)
    await t.rejects(read(bytes), { code: 'ERR_SEAL_KEY_INPUT', message: why }, String(why))
})

await t.test(
  'a file that breaks off anywhere is refused, or gives what was whole in it',
  async t => {
    maker.openssl(
      'pkcs12',
      '-export',
      '-inkey',
      'beat.key',
      '-in',
      'beat.pem',
      '-iter',
      '1',
      '-passout',
      'pass:x',
      '-out',
      'cut.p12',
    )
    const samples: readonly (readonly [name: string, bytes: Buffer])[] = [
      ['DER', beat],
      ['PEM', Buffer.concat([maker.pem('beat'), maker.pem('root')])],
      ['bundle', maker.openssl('crl2pkcs7', '-nocrl', '-certfile', 'beat.pem', '-outform', 'DER')],
      ['PKCS #12', box.read('cut.p12')],
      ['OpenPGP', maker.pgpKey('cut@example.org', 'future-default')],
    ]
    for (const [name, bytes] of samples) {
      let refused = 0
      let given = 0
      for (let length = 0; length < bytes.length; length += 1) {
        const result = await read(bytes.subarray(0, length), 'x').catch((thrown: unknown) => {
          t.match(thrown, { code: 'ERR_SEAL_KEY_INPUT' }, `${name}, ${length} bytes`)
          return undefined
        })
        if (result === undefined) refused += 1
        else {
          given += 1
          t.ok(
            result.keys.every(({ unfit }) => unfit === undefined || name === 'OpenPGP'),
            name,
          )
        }
      }
      t.equal(refused + given, bytes.length)
      if (name !== 'PEM' && name !== 'OpenPGP') t.equal(given, 0, name)
    }
  },
)
