import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { packageRoot } from '../../src/config/root.js'
import { levelWith, finding, worse } from '../../src/qtls/finding.js'
import { isReasonCode, REASON_CODES, TEMPORARY_CODES } from '../../src/qtls/reason-codes.js'
import { reasonCodesPage } from '../../src/qtls/reason-codes-page.js'
import type { ReasonKind } from '../../src/qtls/reason-kind.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'

/** The contract, by severity and level at best; what programs rely on is written out here again. */
const CONTRACT: readonly (readonly [string, string, string])[] = [
  ['fail', 'mandatory', 'dns_insecure_mx mx_ip_literal host_inconsistent starttls_injection'],
  ['fail', 'undetermined', 'dns_bogus dns_servfail dns_timeout verdict_expired'],
  [
    'fail',
    'undetermined',
    'smtp_4xx timeout connect_refused unreachable connection_closed smtp_5xx',
  ],
  ['fail', 'undetermined', 'sts_fetch sts_invalid'],
  ['fail', 'none', 'nxdomain null_mx no_address no_starttls starttls_stripped'],
  ['fail', 'none', 'protocol_too_old handshake_failed'],
  ['fail', 'unchanged', 'starttls_disappeared'],
  ['fail', 'mandatory', 'no_pfs suite_not_bsi kex_group_not_bsi dh_too_short sig_not_bsi'],
  ['fail', 'mandatory', 'unsupported_by_sender key_too_short sig_sha1 host_mismatch revoked'],
  ['fail', 'mandatory', 'cert_expired cert_not_yet_valid cert_purpose cert_constraint'],
  ['fail', 'mandatory', 'chain_self_signed chain_untrusted chain_incomplete'],
  ['fail', 'mandatory', 'revocation_unavailable revocation_no_source revocation_bad_signature'],
  ['fail', 'mandatory', 'dane_mismatch sts_mx_mismatch'],
  ['warn', 'qualified', 'mx_cname rsa_lt_3000 cert_sig_rsa_pkcs1_v15 dane_unusable'],
  ['info', 'qualified', 'implicit_mx ocsp_unavailable crl_unavailable'],
]

await t.test('codes, severities and levels are those of the contract', async t => {
  const wanted = CONTRACT.flatMap(([severity, best, codes]) =>
    codes.split(' ').map(code => `${code} ${severity} ${best}`),
  )
  const kinds: readonly (readonly [string, ReasonKind])[] = Object.entries(REASON_CODES)
  t.same(
    kinds.map(([code, { severity, best }]) => `${code} ${severity} ${best}`).sort(),
    wanted.sort(),
  )
})

await t.test('every code says what it means, and a failure what can be done', async t => {
  const silent = new Set(['nxdomain', 'null_mx', 'verdict_expired'])
  for (const [code, kind] of Object.entries(REASON_CODES)) {
    t.match(kind.sentence, /^[A-Z].*\.$/, code)
    t.ok(kind.rule.length > 0, code)
    if (kind.severity !== 'info' && !silent.has(code)) t.match(kind.remedy, /^[A-Z].*\.$/, code)
  }
  t.ok(isReasonCode('revoked') && !isReasonCode('toString'))
})

await t.test('what could not be tested is temporary, and nothing else is', async t => {
  t.ok(TEMPORARY_CODES.has('smtp_4xx') && TEMPORARY_CODES.has('dns_bogus'))
  t.notOk(TEMPORARY_CODES.has('no_starttls') || TEMPORARY_CODES.has('starttls_disappeared'))
})

await t.test('the manual shows every code', async t => {
  const file = join(packageRoot(), 'docs/reference/reason-codes.md')
  t.equal(readFileSync(file, 'utf8'), reasonCodesPage())
  for (const code of Object.keys(REASON_CODES)) t.match(reasonCodesPage(), `| \`${code}\` |`)
})

await t.test('a profile decides whether a warning takes a server out', async t => {
  const found = [finding('rsa_lt_3000')]
  t.equal(levelWith(found, readTlsProfile('bsi-compatible')), 'qualified')
  t.equal(levelWith(found, readTlsProfile('bsi-2026')), 'mandatory')
})

await t.test('the worse of two levels', async t => {
  t.equal(worse('qualified', 'mandatory'), 'mandatory')
  t.equal(worse('none', 'mandatory'), 'none')
  t.equal(worse('qualified', 'undetermined'), 'undetermined')
  t.equal(worse('undetermined', 'none'), 'none', 'what is bad for sure outweighs what is unknown')
})
