import t from 'tap'
import { judge } from '../../src/qtls/judge.js'
import { auditRemarks } from '../../src/qtls/audit-remarks.js'
import { domainReport } from '../../src/qtls/report-model.js'
import { reportHtml } from '../../src/qtls/report-html.js'
import { reportText } from '../../src/qtls/report-text.js'
import type { AuditFacts, DomainFacts } from '../../src/qtls/facts.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'
import { qtlsCases } from '../support/qtls-cases.js'
import { connection, ended, goodFacts, goodHost, goodSession } from '../support/qtls-facts.js'
import { NOW, pki } from '../support/tls-certificates.js'

const PROFILE = readTlsProfile('bsi-compatible')
const made = await pki()
const reportOf = (facts: DomainFacts) => domainReport(judge(facts, PROFILE, NOW), facts, PROFILE)

const AUDIT: AuditFacts = {
  isDeep: true,
  hellos: 80,
  suites: {
    'TLSv1.3': ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
    TLSv1: ['TLS_RSA_WITH_AES_128_CBC_SHA'],
    SSLv3: [],
  },
  groups: { 'TLSv1.3': ['secp256r1', 'x25519'] },
  signatureSchemes: { 'TLSv1.2': ['rsa_pss_rsae_sha256', 'rsa_pkcs1_sha1'] },
  dhBits: 1024,
  chain: [],
  secureRenegotiation: false,
  clientRenegotiation: true,
  compression: true,
  heartbeat: true,
  extendedMasterSecret: false,
  encryptThenMac: false,
}

await t.test('a domain that needs a binding is told what each would gain', async t => {
  const good = goodFacts(made)
  const facts = { ...good, mx: { ...good.mx, state: 'insecure' as const } }
  const text = reportText(reportOf(facts))
  t.match(text, /^Protection of mail to example\.com on its way\n=+\n/)
  t.match(text, /Level mandatory: mail can be sent encrypted, but not/)
  t.match(text, /TLS profile: {8}bsi-compatible \(BSI TR-02102-2, 2026-01\)/)
  t.match(text, /\[fail\] dns_insecure_mx\n/)
  t.match(text, /What to do: Sign the zones of the domain and of its mail servers with DNSSEC/)
  t.match(text, /Rule: RFC 4033, RFC 8461/)
  const flat = text.replace(/\s+/g, ' ')
  for (const line of [
    '- DNSSEC signatures over MX and address records: not there; would make the domain qualified if it were there',
    'it vouches for names, not for addresses',
    '- servers named within the domain, with a certificate for that name: there; would make the domain qualified if it counted',
    '- several independent resolvers that agree for a while: not there; would make the domain qualified if it were there and counted',
  ])
    t.ok(flat.includes(line), line)
  t.match(text, /Departs from the guideline: rsa_lt_3000 is warn, because/)
  t.match(flat, /no entry was checked/)
})

await t.test('a domain that qualifies hears that nothing is wrong', async t => {
  const text = reportText(reportOf(goodFacts(made)))
  t.match(text, /Servers that pass: {2}mx1\.example\.com/)
  t.match(text, /Authenticated by: {3}certificates/)
  t.match(text, /Nothing is wrong\./)
  t.match(text, /192\.0\.2\.1: TLSv1\.3, TLS_AES_256_GCM_SHA384 over secp256r1\n/)
  t.match(text, /certificate CN=mx1\.example\.com of CN=Test Authority, ec key of 256 bits/)
  t.match(text, /MX and address records: there; counts/)
})

await t.test('no line is longer than a terminal is wide, but for long words', async t => {
  for (const { facts, what } of await qtlsCases())
    for (const line of reportText(reportOf(facts)).split('\n'))
      if (line.length > 100) t.fail(`${what}: ${line}`)
  t.pass('every case')
})

await t.test('every case makes a page that is well formed', async t => {
  let seen = 0
  for (const { facts, what, codes } of await qtlsCases()) {
    const html = reportHtml(reportOf(facts))
    for (const code of codes) if (!html.includes(`<code>${code}</code>`)) t.fail(`${what}: ${code}`)
    const open = html.match(/<(?:section|ul|table|h[123]|p|li|tr|td)\b/g)?.length
    const close = html.match(/<\/(?:section|ul|table|h[123]|p|li|tr|td)>/g)?.length
    t.equal(open, close, what)
    seen += 1
  }
  t.ok(seen > 50)
})

await t.test('what the other side wrote cannot become markup or a terminal command', async t => {
  const host = '<img src=x onerror=alert(1)>.example.com'
  const facts = goodFacts(made, {
    domain: '"><script>alert(1)</script>',
    hosts: [
      goodHost(made, {
        host,
        connections: [
          { ...ended('smtp-4xx'), reply: { code: 450, text: '</p><b>\u001b[2J\u202ehi' } },
          connection(goodSession(made, { suite: '<i>', group: '\u001b[31m' })),
        ],
      }),
    ],
  })
  const report = reportOf(facts)
  const html = reportHtml(report)
  t.notMatch(html, /<(?:script|img|i|b>\S*\\u)/)
  t.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
  t.match(html, /450 &lt;\/p&gt;&lt;b&gt;\\u001b\[2J\\u202ehi/)
  t.notMatch(reportText(report), /[\u0000-\u0009\u000b-\u001f\u202e]/)
  t.match(html, /Content-Security-Policy" content="default-src 'none'/)
})

await t.test('an audit says what had better be switched off', async t => {
  t.same(auditRemarks(AUDIT, PROFILE, NOW), [
    'supports: TLSv1.3, TLSv1',
    'protocols that are not recommended: TLSv1',
    'suites that are not recommended: TLS_CHACHA20_POLY1305_SHA256, TLS_RSA_WITH_AES_128_CBC_SHA',
    'groups that are not recommended: x25519',
    'signature schemes that are not recommended: rsa_pkcs1_sha1',
    'Diffie-Hellman group of 1024 bits, less than 3000',
    'compresses, which must be switched off',
    'has the heartbeat extension, which must be switched off',
    'lets clients renegotiate, which it should refuse',
    'does not know RFC 5746',
    'has no extended master secret',
    'does not encrypt before it authenticates in CBC',
  ])
  t.same(auditRemarks({ ...AUDIT, isDeep: false }, PROFILE, NOW), [], 'only a whole one')
  const hosts = [goodHost(made, { connections: [connection(goodSession(made), { audit: AUDIT })] })]
  t.match(reportText(reportOf(goodFacts(made, { hosts }))), /192\.0\.2\.1: protocols that are not/)
})
