import t from 'tap'
import { objectionsTo } from '../../../src/seal/keys/objections.js'
import { readOpenPgpKeys } from '../../../src/seal/keys/read-openpgp-keys.js'
import type { RecipientKey } from '../../../src/seal/keys/recipient-key.js'
import { KeyMaker } from '../../support/seal-keys.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
const SECOND = 1000
const DAY = 86_400_000
const now = Math.floor(Date.now() / SECOND) * SECOND + 60 * SECOND

async function only(bytes: Buffer, at = now): Promise<RecipientKey> {
  const { keys } = await readOpenPgpKeys(bytes, at)
  const [key] = keys
  if (key === undefined || keys.length !== 1) throw new Error(`${keys.length} keys`)
  return key
}

const objections = (key: RecipientKey, at = now): readonly string[] =>
  objectionsTo(key, { now: at, minRsaBits: 2048 })

await t.test('a key says whose it is and what is encrypted to', async t => {
  const cases: [algorithm: string, usage: string, shown: string, why: readonly string[]][] = [
    ['future-default', 'default', 'Curve25519', []],
    ['rsa2048', 'encrypt', 'RSA 2048', []],
    ['rsa1024', 'encrypt', 'RSA 1024', ['RSA with 1024 bits is too short, 2048 are wanted']],
    ['rsa2048', 'sign', 'RSA 2048', ['it has no key to encrypt to']],
    ['ed25519', 'sign', 'Ed25519', ['it has no key to encrypt to']],
  ]
  for (const [index, [algorithm, usage, shown, why]] of cases.entries()) {
    const address = `k${index}@example.org`
    const key = await only(maker.pgpKey(`Karl <${address}>`, algorithm, usage))
    t.match(key, { system: 'pgp', addresses: [address], subject: `Karl <${address}>`, issuer: '' })
    t.equal(key.algorithm, shown)
    t.same(objections(key), why, `${algorithm} ${usage}`)
    const list = maker.gpg(['--with-colons', '--list-keys', address]).toString()
    t.equal(/^fpr:+([0-9A-F]+)/m.exec(list)?.[1]?.toLowerCase(), key.fingerprint, 'as gpg shows it')
  }
})

await t.test('curves of NIST in a subkey are named', async t => {
  for (const curve of ['nistp256', 'nistp384', 'nistp521']) {
    const user = `${curve}@example.org`
    maker.pgpKey(user, curve, 'sign')
    const print = /^fpr:+([0-9A-F]+)/m.exec(
      maker.gpg(['--with-colons', '-k', user]).toString(),
    )?.[1]
    maker.gpg(['--quick-add-key', print ?? '', curve, 'encr'])
    const key = await only(maker.gpg(['--export', user]))
    t.equal(key.algorithm, `EC P-${curve.slice(-3)}`)
    t.same(objections(key), [])
  }
})

await t.test('a key ends when it or its subkey ends', async t => {
  const ten = await only(maker.pgpKey('ten@example.org', 'future-default', 'default', '10d'))
  const end = ten.notAfter ?? 0
  t.same(objections(ten, end - 1), [])
  t.match(objections(ten, end), [/^it was valid until \d{4}-/])
  const later = await only(maker.gpg(['--export', 'ten@example.org']), end + DAY)
  t.same(later.notAfter, ten.notAfter, 'a key that is over is still shown with its dates')
  t.match(objections(later, end + DAY), [/^it was valid until/])
})

await t.test('a key that its owner has revoked is refused', async t => {
  maker.pgpKey('gone@example.org', 'future-default')
  const list = maker.gpg(['--with-colons', '-k', 'gone@example.org']).toString()
  const print = /^fpr:+([0-9A-F]+)/m.exec(list)?.[1] ?? ''
  const form = maker.box.read(`gpg/openpgp-revocs.d/${print}.rev`).toString()
  maker.gpg(['--import'], Buffer.from(form.replace(':-----BEGIN', '-----BEGIN')))
  const key = await only(maker.gpg(['--export', 'gone@example.org']))
  t.same(objections(key), ['its owner has revoked it'])
})

await t.test('addresses count that the key vouches for and has not taken back', async t => {
  maker.pgpKey('Uma <uma@example.org>', 'future-default')
  maker.gpg(['--quick-add-uid', 'uma@example.org', 'Uma <TWO@Example.org>'])
  maker.gpg(['--quick-add-uid', 'uma@example.org', 'just a name'])
  maker.gpg(['--quick-add-uid', 'uma@example.org', 'Uma <three@example.org>'])
  maker.gpg(['--quick-revoke-uid', 'uma@example.org', 'Uma <three@example.org>'])
  const key = await only(maker.gpg(['--export', 'uma@example.org']))
  t.same([...key.addresses].sort(), ['two@example.org', 'uma@example.org'])
})

await t.test('signatures of others are left out, and gpg takes what is left', async t => {
  maker.pgpKey('friend@example.org', 'future-default')
  const alone = maker.pgpKey('signed@example.org', 'future-default')
  const list = maker.gpg(['--with-colons', '-k', 'signed@example.org']).toString()
  const print = /^fpr:+([0-9A-F]+)/m.exec(list)?.[1] ?? ''
  maker.gpg(['-u', 'friend@example.org', '--yes', '--quick-sign-key', print])
  const exported = maker.gpg(['--export', 'signed@example.org'])
  const key = await only(exported)
  t.ok(exported.length > alone.length)
  t.equal(key.bytes.length, alone.length)
  maker.box.write('trimmed.gpg', key.bytes)
  const shown = maker.gpg(['--show-keys', '--with-colons', 'trimmed.gpg']).toString()
  t.match(shown, `fpr:::::::::${print}:`)
})

await t.test('bytes that are no key are refused', async t => {
  for (const input of [
    Buffer.alloc(0),
    Buffer.from('c1', 'hex'),
    'no armour',
    Buffer.alloc(100, 0x99),
  ])
    await t.rejects(readOpenPgpKeys(input, now), { code: 'ERR_SEAL_KEY_INPUT' })
})
