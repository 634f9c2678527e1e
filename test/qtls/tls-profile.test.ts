import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { packageRoot } from '../../src/config/root.js'
import { BSI_OFFER } from '../../src/policy/qtls-offer.js'
import { readTlsProfile, severityIn, SHIPPED_PROFILES } from '../../src/qtls/tls-profile.js'
import { tlsProfilesPage } from '../../src/qtls/tls-profiles-page.js'

const directory = mkdtempSync(join(tmpdir(), 'postseal-profile-'))
t.teardown(() => rmSync(directory, { recursive: true }))

function file(text: string, name = 'ours.toml'): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

await t.test('the lane offers what the guideline marks as offered, and nothing else', async t => {
  const { guideline } = readTlsProfile('bsi-compatible')
  const isOffered = ({ use }: { readonly use: string }): boolean => use === 'offer'
  const suites = guideline.suite.filter(isOffered)
  const of = (protocol: string) => suites.filter(one => one.protocol === protocol)
  t.same(
    BSI_OFFER.suites,
    of('TLSv1.2').map(({ openssl }) => openssl),
  )
  t.same(
    BSI_OFFER.suites13,
    of('TLSv1.3').map(({ openssl }) => openssl),
  )
  const groups = guideline.group.filter(isOffered).map(({ openssl }) => openssl)
  t.same([...BSI_OFFER.curves, ...BSI_OFFER.fields], groups)
  const schemes = guideline.signature_scheme.filter(isOffered).map(({ name }) => name)
  t.same(BSI_OFFER.signatures, schemes)
})

await t.test('every entry of the guideline says where it is from and how sure it is', async t => {
  const { guideline } = readTlsProfile('bsi-2026')
  const { protocol, suite, group, signature_scheme, key, hash, feature } = guideline
  const entries = [protocol, suite, group, signature_scheme, key, hash, feature].flat()
  for (const entry of entries) {
    t.match(entry.source, /^S[1-6]/)
    t.equal(entry.checked, false, 'nobody has seen the text of this edition')
    t.equal(entry.until === undefined, entry.until_confidence === undefined)
  }
  t.ok(entries.length > 70, `${entries.length} entries`)
  const ids = [...suite.map(({ id }) => id), ...group.map(({ id }) => id)]
  t.equal(new Set(ids).size, ids.length, 'no id twice')
})

await t.test('what the guideline does not list is not in it', async t => {
  const { guideline } = readTlsProfile('bsi-2026')
  const names = [
    ...guideline.suite.map(({ name }) => name),
    ...guideline.group.map(({ name }) => name),
    ...guideline.signature_scheme.map(({ name }) => name),
  ]
  const unlisted = [
    'TLS_CHACHA20_POLY1305_SHA256',
    'x25519',
    'x448',
    'ffdhe2048',
    'ed25519',
    'ed448',
  ]
  for (const name of unlisted) t.notOk(names.includes(name), name)
  t.notOk(names.some(name => /CCM_8|_SHA$|TLS_RSA|CHACHA/.test(name)))
  t.same(guideline.suite.filter(({ confidence }) => confidence === 'C').length, 8, 'CBC')
})

await t.test('the two profiles differ in what they make of RSA', async t => {
  t.same([...SHIPPED_PROFILES], ['bsi-compatible', 'bsi-2026'])
  const compatible = readTlsProfile('bsi-compatible')
  const letter = readTlsProfile('bsi-2026')
  for (const code of ['rsa_lt_3000', 'cert_sig_rsa_pkcs1_v15']) {
    t.equal(severityIn(compatible, code), 'warn')
    t.equal(severityIn(letter, code), 'fail')
  }
  t.equal(compatible.departures.length, 2)
  t.same(letter.departures, [])
  t.ok(Object.isFrozen(compatible.guideline.suite))
})

await t.test('a file inherits and changes', async t => {
  file('name = "base"\ninherits = "bsi-2026"\n[keys]\nec_min_bits = 384\n', 'base.toml')
  const ours = readTlsProfile(
    file(`name = "ours"
inherits = "base.toml"
[keys]
rsa_min_bits = 3072
[refuse]
groups = ["secp521r1"]
[[departure]]
code = "rsa_lt_3000"
severity = "info"
reason = "we say so"
`),
  )
  t.equal(ours.name, 'ours')
  t.same([ours.rsaMinBits, ours.ecMinBits, ours.dhMinBits], [3072, 384, 3000])
  t.same(ours.refusedGroups, ['secp521r1'])
  t.equal(severityIn(ours, 'rsa_lt_3000'), 'info')
  t.equal(severityIn(ours, 'cert_sig_rsa_pkcs1_v15'), 'fail', 'inherited')
})

await t.test('a mistake is named by file, line and column', async t => {
  const head = 'name = "ours"\ninherits = "bsi-compatible"\n'
  const rows: readonly (readonly [string, RegExp])[] = [
    ['name = "ours"\n', /ours\.toml:1:1: give either inherits or guideline/],
    ['name = "Ours"\ninherits = "bsi-2026"\n', /ours\.toml:1:8: name: must be lower case/],
    [`${head}colour = 1\n`, /ours\.toml:3:1: colour: unknown name/],
    [
      `${head}[keys]\nrsa_min_bits = 1024\n`,
      /ours\.toml:4:16: keys\.rsa_min_bits: must be at least 2048/,
    ],
    [
      `${head}[refuse]\nsuites = ["TLS_AES_128_GCM_SHA257"]\n`,
      /ours\.toml:4:11: refuse\.suites: .*did you mean "TLS_AES_128_GCM_SHA256"/,
    ],
    [
      `${head}[[departure]]\ncode = "revoked"\nseverity = "info"\nreason = "x"\n`,
      /ours\.toml:4:8: departure\.0\.code: /,
    ],
    [
      `${head}[[departure]]\ncode = "rsa_lt_3000"\nseverity = "fail"\nreason = " "\n`,
      /ours\.toml:6:10: departure\.0\.reason: must say why/,
    ],
    [
      'name = "ours"\ninherits = "ours.toml"\n',
      /ours\.toml:2:12: inherits: ours\.toml leads back to itself/,
    ],
    [`${head}x = [\n`, /ours\.toml:/],
  ]
  for (const [text, problem] of rows)
    t.throws(() => readTlsProfile(file(text)), { code: 'ERR_CONFIG_INVALID', message: problem })
  t.throws(() => readTlsProfile(join(directory, 'nowhere.toml')), { code: 'ERR_CONFIG_FILE' })
})

await t.test('a line of profiles has an end', async t => {
  for (let at = 0; at < 8; at += 1)
    file(`name = "n${at}"\ninherits = "n${at + 1}.toml"\n`, `n${at}.toml`)
  t.throws(() => readTlsProfile(join(directory, 'n0.toml')), {
    message: /more than 5 profiles in a line/,
  })
})

await t.test('the manual shows every entry', async t => {
  const page = tlsProfilesPage()
  t.equal(readFileSync(join(packageRoot(), 'docs/reference/tls-profiles.md'), 'utf8'), page)
  const { guideline } = readTlsProfile('bsi-2026')
  for (const { name } of [...guideline.suite, ...guideline.group]) t.match(page, `| ${name} |`)
})
