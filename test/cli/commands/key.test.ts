import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { command } from '../../../src/cli/commands/key.js'
import type { KeyNetwork } from '../../../src/cli/key-network.js'
import { readCertificate } from '../../../src/seal/keys/read-certificate.js'
import { storeBench } from '../../support/store-commands.js'
import { KeyMaker, MAIL_EXTENSIONS } from '../../support/seal-keys.js'
import { sampleKey } from '../../support/store-key-cases.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
maker.authority('root')
const anna = maker.certificate('anna', { by: 'root' })
maker.certificate('weak', { key: 'rsa:1024' })
maker.certificate('nameless', { extensions: [], subject: '/CN=Gateway' })
const print = readCertificate(anna).key.fingerprint
/** openssl counts in whole seconds, and a certificate is not valid before the one that it is made in. */
const path = (name: string): string => maker.box.path(name)

const lines = (text: string): readonly unknown[] =>
  text
    .trim()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as unknown)

void t.test('a key is imported, listed, shown, and removed', async t => {
  const bench = storeBench(t, command)
  t.match(await bench.run('key', 'list'), { out: '', err: /no store .* yet/, exit: 0 })
  t.match(await bench.run('key', 'import', path('anna.pem')), {
    out: `anna@example.org  smime  EC P-256  ${print}  added\n`,
    err: /1 keys imported, 0 refused/,
    exit: 0,
  })
  t.match(await bench.run('key', 'import', path('anna.pem')), { out: /known\n$/, exit: 0 })
  const list = await bench.run('key', 'list')
  t.match(
    list.out,
    new RegExp(`^anna@example\\.org {2}smime {2}EC P-256 {2}until .* import {2}${print}\\n$`),
  )
  t.match(lines((await bench.run('key', 'list', '--json', '--for', 'Anna@Example.org')).out), [
    { customer: '*', owner: 'anna@example.org', source: 'import', fingerprint: print, used: null },
  ])
  const show = await bench.run('key', 'show', print.slice(0, 8))
  t.match(
    show.out,
    /^Certificate [0-9a-f]{64}\n {4}of CN=anna\n {4}EC P-256, from .*\n {4}for anna@example\.org: import, by /,
  )
  const pem = await bench.run(
    'key',
    'show',
    print.toUpperCase().replace(/..(?=.)/g, '$&:'),
    '--pem',
  )
  writeFileSync(path('shown.pem'), pem.out)
  t.same(maker.der('shown'), anna, 'openssl reads what is shown')
  t.match(await bench.run('key', 'remove', print.slice(-8)), {
    out: '',
    err: /^Removed: anna@/,
    exit: 0,
  })
  t.match(await bench.run('key', 'list'), { out: '', exit: 0 })
  t.match(await bench.run('key', 'show', print), { err: /no key .* is known/, exit: 64 })
})

void t.test('a key is kept for whom --for says, and for one customer', async t => {
  const bench = storeBench(t, command)
  const gateway = ['key', 'import', path('nameless.pem'), '--for', '@Example.NET']
  t.match(await bench.run(...gateway, '--customer', 'clinic', '--json'), { exit: 0 })
  t.match(lines((await bench.run('key', 'list', '--json')).out), [
    { customer: 'clinic', owner: '@example.net' },
  ])
  const other = await bench.run('key', 'import', path('anna.pem'), '--for', 'beat@example.org')
  t.match(other, { err: /does not name beat@example\.org: you say that it is theirs/, exit: 0 })
  const both = await bench.run('key', 'import', path('anna.pem'))
  t.match(both, { exit: 0 })
  t.match(await bench.run('key', 'remove', print, '--for', 'beat@example.org'), { exit: 0 })
  t.match((await bench.run('key', 'list', '--for', 'anna@example.org')).out, /^anna@/)
  t.match(
    (await bench.run('key', 'list', '--customer', 'clinic')).out,
    /^@example\.net .* for clinic\n$/,
  )
})

void t.test('what cannot be used is refused, the rest goes on, and the end is 65', async t => {
  const bench = storeBench(t, command)
  const files = ['weak.pem', 'anna.pem', 'nameless.pem', 'root.pem', 'nowhere.pem'].map(path)
  const result = await bench.run('key', 'import', ...files, '--json')
  t.equal(result.exit, 65)
  t.match(result.err, /1 keys imported, 4 refused/)
  t.match(lines(result.out), [
    { file: files[0], error: 'RSA with 1024 bits is too short, 2048 are wanted' },
    { owner: 'anna@example.org', result: 'added' },
    { error: 'it names no address; say with --for whose it is' },
    { error: 'it holds certificates of authorities only' },
    { error: 'it cannot be read: ENOENT' },
  ])
})

void t.test('a revoked copy of an OpenPGP key ends the use of the one on record', async t => {
  const bench = storeBench(t, command)
  const made = await maker.revocablePgpKey('anna@example.org')
  writeFileSync(path('fresh.pgp'), made.fresh)
  writeFileSync(path('revoked.pgp'), made.revoked)
  t.match(await bench.run('key', 'import', path('fresh.pgp')), { exit: 0 })
  const gone = /its owner has revoked it; the copy on record is not used any more\n/
  t.match(await bench.run('key', 'import', path('revoked.pgp')), { err: gone, exit: 65 })
  const check = await bench.run('key', 'check')
  t.match(check, { out: /import .*\n {4}its owner has revoked it\n/, exit: 65 })
  t.match(await bench.run('key', 'import', path('fresh.pgp')), { err: gone, exit: 65 })
})

void t.test('a dry run says the same and keeps nothing, not even a store', async t => {
  const bench = storeBench(t, command)
  const result = await bench.run('key', 'import', path('anna.pem'), '--dry-run', '--json')
  t.match(lines(result.out), [{ owner: 'anna@example.org', result: null }])
  t.match(result.err, /1 keys would be imported/)
  t.match((await bench.run('key', 'list')).err, /no store .* yet/)
})

void t.test(
  'a PKCS #12 file takes its password from a file, and leaves its private key',
  async t => {
    const bench = storeBench(t, command)
    const p12 = ['pkcs12', '-export', '-inkey', 'anna.key', '-in', 'anna.pem']
    maker.openssl(...p12, '-passout', 'pass:geheim', '-out', 'anna.p12')
    writeFileSync(path('password'), 'geheim\n')
    const file = path('anna.p12')
    t.match(await bench.run('key', 'import', file), { err: /the password is wrong/, exit: 65 })
    t.match(await bench.run('key', 'import', file, '--password-file', path('password')), {
      out: /^anna@example\.org .* added\n$/,
      err: /holds a private key\. It was thrown away/,
      exit: 0,
    })
    const store = readFileSync(join(bench.directory, 'store.db'))
    const secret = maker.openssl('pkey', '-in', 'anna.key', '-outform', 'DER')
    t.equal(store.indexOf(secret.subarray(-140, -80).toString('base64').slice(4, 40)), -1)
  },
)

void t.test('check names what can no longer be used', async t => {
  const bench = storeBench(t, command)
  await bench.run('key', 'import', path('anna.pem'))
  t.match(await bench.run('key', 'check'), {
    out: '',
    err: /1 keys can be used, 0 cannot/,
    exit: 0,
  })
  writeFileSync(join(bench.directory, 'ca.pem'), maker.pem('root'))
  const settings = join(bench.directory, 'milter.conf')
  const trust = `[keys]\nauthorities = "${join(bench.directory, 'ca.pem')}"\n`
  writeFileSync(settings, `${readFileSync(settings, 'utf8')}${trust}`)
  const found = maker.certificate('found', { by: 'root' })
  const foreign = maker.certificate('foreign', {
    extensions: MAIL_EXTENSIONS('f@example.org', 'keyAgreement'),
  })
  const row = (owner: string, der: Buffer) =>
    sampleKey({
      customer: '*',
      owner,
      fingerprint: readCertificate(der).key.fingerprint,
      bytes: der.toString('base64'),
      chain: [],
      source: 'harvest',
      notAfter: undefined,
    })
  await bench.prepare(store =>
    store.recipientKeys.add([
      row('found@example.org', found),
      row('foreign@example.org', foreign),
      sampleKey({ owner: 'broken@example.org' }),
    ]),
  )
  const check = await bench.run('key', 'check')
  t.equal(check.exit, 65)
  t.match(check.err, /2 keys can be used, 2 cannot/)
  t.match(
    check.out,
    /^broken@.*\n {4}it is not a certificate that can be read\nforeign@.*\n {4}no trusted authority has issued it/,
  )
  const json = lines((await bench.run('key', 'check', '--json', '--for', 'found@example.org')).out)
  t.match(json, [{ usable: true, problems: [], source: 'harvest' }])
})

void t.test('a key is looked for where the settings say, and kept', async t => {
  const { key } = readCertificate(anna)
  const asked: string[] = []
  let closed = 0
  const openNetwork = (): KeyNetwork => ({
    places: [
      {
        source: 'ldap',
        ask: async address => {
          asked.push(address)
          return address === 'anna@example.org'
            ? { keys: [key] }
            : { keys: [], trouble: 'no answer' }
        },
      },
    ],
    revocation: async path =>
      path.map(({ index }) => ({
        index,
        sources: [
          {
            method: 'crl',
            url: 'http://crl.example/',
            state: 'revoked',
            thisUpdate: undefined,
            nextUpdate: undefined,
            revokedAt: undefined,
            detail: undefined,
          },
        ],
      })),
    close: () => {
      closed += 1
    },
  })
  const bench = storeBench(t, command, { openNetwork })
  t.match(await bench.run('key', 'find', 'Anna@Example.org'), {
    out: new RegExp(`^anna@example\\.org {2}smime .* ldap {2}${print}\\n$`),
    err: /1 keys found/,
    exit: 0,
  })
  t.match(await bench.run('key', 'find', 'b@example.org', '--json'), {
    out: '',
    err: /ldap: no answer\n0 keys found/,
    exit: 0,
  })
  t.same(asked, ['anna@example.org', 'b@example.org'])
  t.match(await bench.run('key', 'find', 'anna'), { err: /not an address: anna/, exit: 64 })
  writeFileSync(join(bench.directory, 'ca.pem'), maker.pem('root'))
  const settings = join(bench.directory, 'milter.conf')
  const trust = `[keys]\nauthorities = "${join(bench.directory, 'ca.pem')}"\n`
  writeFileSync(settings, `${readFileSync(settings, 'utf8')}${trust}`)
  t.match(await bench.run('key', 'check'), { out: /its authority has revoked it/, exit: 65 })
  t.equal(closed, 3)
  const off = storeBench(t, command)
  t.match(await off.run('key', 'find', 'a@example.org'), {
    err: /neither \[keys\] wkd nor ldap_url is set/,
    exit: 64,
  })
})

void t.test('wrong words end with what is wrong', async t => {
  const bench = storeBench(t, command)
  const twin = sampleKey({ owner: 'b@example.org', fingerprint: `a1a1a1a1${'00'.repeat(28)}` })
  await bench.prepare(store => store.recipientKeys.add([sampleKey(), twin]))
  const cases: [args: readonly string[], err: RegExp][] = [
    [['key', 'list', '--for', 'anna'], /not an address or @domain: anna/],
    [['key', 'import', path('anna.pem'), '--customer', 'clinik'], /no customer clinik .*clinic/],
    [['key', 'import', path('anna.pem'), '--password-file', '/nowhere/p'], /cannot read .*ENOENT/],
    [['key', 'show', 'a1a1a1a1'], /a1a1a1a1 can be several keys/],
    [['key', 'remove', 'a1'], /no key a1 is known/],
  ]
  for (const [args, err] of cases) t.match(await bench.run(...args), { err, exit: 64 })
})
