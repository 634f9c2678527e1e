import t from 'tap'
import type { Service } from '../../../src/postfix/services.js'
import { wantedLanes } from '../../../src/postfix/lanes/wanted.js'
import { instanceFacts, lanesConfig, type Said } from '../../support/postfix-instance.js'

const PRODUCTS = [
  ['sepp', '[sepp.example]:25', 'secure'],
  ['near', '[10.0.0.5]:2525', 'none'],
]
  .map(([name, hop, tls]) => `[[product]]\nname = "${name}"\nnext_hop = "${hop}"\ntls = "${tls}"\n`)
  .join('')

function lanes(said: Said = {}, text = '', signers: string[] = []) {
  const wanted = wantedLanes(lanesConfig(text), instanceFacts(said), { signers })
  const service = (name: string): Service => {
    const found = wanted.masterCf.find(one => one.name === name)
    if (found === undefined) throw new Error(`no service ${name}`)
    return found
  }
  const option = (name: string, option: string): string | undefined =>
    service(name).options.get(option)
  return { wanted, service, option }
}

await t.test('every lane and every listener is a service outside of a chroot', async t => {
  const { wanted } = lanes({}, PRODUCTS)
  const shape = wanted.masterCf.map(
    ({ name, type, private: priv, chroot, processLimit, command }) =>
      `${name} ${type} ${priv} ${chroot} ${processLimit} ${command}`,
  )
  t.same(shape, [
    'split unix - n 20 smtp',
    'qtls unix - n - smtp',
    'tls unix - n - smtp',
    'sealed unix - n - smtp',
    'hand-over-sepp unix - n - smtp',
    'hand-over-near unix - n - smtp',
    'tlsmgr-qtls unix - n 1 tlsmgr',
    '127.0.0.1:10026 inet n n 40 smtpd',
    '127.0.0.1:10027 inet n n 40 smtpd',
    '127.0.0.1:10028 inet n n 40 smtpd',
    'cleanup-seal unix n n 0 cleanup',
  ])
  t.same(wanted.options, [])
  t.same(wanted.remarks, [])
})

await t.test('TLS and fallback of each lane', async t => {
  const { option } = lanes({}, PRODUCTS)
  const table = ['split', 'qtls', 'tls', 'sealed', 'hand-over-sepp', 'hand-over-near'].map(name => [
    name,
    option(name, 'smtp_tls_security_level'),
    option(name, 'smtp_fallback_relay'),
    option(name, 'smtp_tls_policy_maps'),
  ])
  t.same(table, [
    ['split', 'none', '', ''],
    ['qtls', 'secure', '[127.0.0.1]:10027', 'hash:/var/lib/postseal/maps/qtls_policy'],
    ['tls', 'encrypt', '[127.0.0.1]:10028', 'hash:/var/lib/postseal/maps/tls_policy'],
    ['sealed', 'may', '', undefined],
    ['hand-over-sepp', 'secure', '', ''],
    ['hand-over-near', 'none', '', ''],
  ])
  t.equal(
    lanes({ main: { smtp_tls_security_level: 'dane' } }).option(
      'sealed',
      'smtp_tls_security_level',
    ),
    'dane',
  )
})

await t.test('the lane qtls takes only what was verified', async t => {
  const { option } = lanes()
  const want = {
    smtp_tls_secure_cert_match: 'unqualified.invalid',
    smtp_tls_mandatory_protocols: '>=TLSv1.2',
    tls_eecdh_auto_curves: 'prime256v1 secp384r1 secp521r1',
    tls_ffdhe_auto_groups: 'ffdhe3072 ffdhe4096',
    tls_config_file: '/etc/postfix/postseal/openssl.cnf',
    tls_config_name: 'postfix_qtls',
    smtp_dns_support_level: 'dnssec',
    smtp_tls_dane_insecure_mx_policy: 'dane',
    smtp_tls_connection_reuse: 'no',
    tlsmgr_service_name: 'tlsmgr-qtls',
    tls_append_default_CA: 'yes',
  }
  for (const [name, value] of Object.entries(want)) t.equal(option('qtls', name), value, name)
  t.notMatch(option('qtls', 'tls_high_cipherlist'), /CHACHA|DHE-RSA-AES.*SHA$|:RSA/)
  const own = lanes({ explicit: { smtp_tls_CAfile: '/etc/ca.pem' } })
  t.equal(own.option('qtls', 'tls_append_default_CA'), undefined, 'authorities of main.cf')
})

await t.test('the lane tls offers Brainpool behind what Postfix offers by itself', async t => {
  const curves = 'X25519 X448 prime256v1 secp521r1 secp384r1'
  const { option } = lanes({ defaults: { tls_eecdh_auto_curves: curves } })
  t.equal(
    option('tls', 'tls_eecdh_auto_curves'),
    `${curves} brainpoolP256r1 brainpoolP384r1 brainpoolP512r1`,
  )
  const later = lanes({ defaults: { tls_eecdh_auto_curves: '' } })
  t.equal(later.option('tls', 'tls_eecdh_auto_curves'), undefined, 'as openssl.cnf says')
})

await t.test('no lane sends a name that the prober does not send', async t => {
  const { option } = lanes({ main: { smtp_tls_servername: 'hostname' } })
  for (const lane of ['qtls', 'tls']) t.equal(option(lane, 'smtp_tls_servername'), '', lane)
})

await t.test('listeners tell the milter who they are, and take mail from here only', async t => {
  const { option } = lanes({
    main: { smtp_bind_address: '192.0.2.1', smtp_bind_address6: '2001:db8::1' },
  })
  for (const [name, pass] of [
    ['127.0.0.1:10026', 're-split'],
    ['127.0.0.1:10027', 're-qtls'],
    ['127.0.0.1:10028', 're-tls'],
  ] as const) {
    t.equal(option(name, 'milter_macro_daemon_name'), pass)
    t.equal(option(name, 'syslog_name'), `postfix/${pass}`)
    t.equal(option(name, 'cleanup_service_name'), 'cleanup-seal')
    t.equal(option(name, 'receive_override_options'), 'no_address_mappings')
    t.equal(option(name, 'smtpd_relay_restrictions'), 'permit_mynetworks, defer')
    t.equal(
      option(name, 'mynetworks'),
      '127.0.0.0/8 [::1]/128 192.0.2.1/32 [2001:db8::1]/128',
      'lanes may come from their own outside address',
    )
    for (const empty of ['content_filter', 'smtpd_milter_maps', 'smtpd_authorized_xclient_hosts'])
      t.equal(option(name, empty), '', empty)
  }
  t.equal(lanes().option('127.0.0.1:10026', 'mynetworks'), '127.0.0.0/8 [::1]/128')
})

await t.test('sealing makes a message larger', async t => {
  const sizes = (said: Said) => {
    const { option } = lanes(said)
    return ['127.0.0.1:10026', 'cleanup-seal'].map(name => option(name, 'message_size_limit'))
  }
  t.same(sizes({}), ['25600000', '25600000'])
  t.same(sizes({ main: { message_size_limit: '0' } }), ['0', '0'])
  t.same(sizes({ main: { message_size_limit: '1001' } }), ['2503', '2503'])
})

await t.test('listeners ask ours and those that sign', async t => {
  const explicit = { smtpd_milters: 'unix:/clamav, unix:/opendkim, inet:other:1' }
  const { option } = lanes({ explicit }, '', ['other:1'])
  const milters = option('127.0.0.1:10026', 'smtpd_milters') ?? ''
  t.match(milters, /^\{ unix:\/run\/postseal\/milter\.sock,.*\}, unix:\/opendkim, inet:other:1$/)
})

await t.test('names of an instance of its own', async t => {
  const { option } = lanes({
    main: { syslog_name: 'postfix-out' },
    configDirectory: '/etc/postfix-out',
    mapTypes: ['pcre', 'cdb'],
  })
  t.equal(option('qtls', 'syslog_name'), 'postfix-out/qtls')
  t.equal(option('split', 'smtp_header_checks'), 'pcre:/etc/postfix-out/postseal/strip')
  t.equal(option('tls', 'smtp_tls_policy_maps'), 'cdb:/var/lib/postseal/maps/tls_policy')
})

await t.test('what a version does not know is left out, and said where it matters', async t => {
  const unknown = ['tls_ffdhe_auto_groups', 'tls_config_file', 'tls_config_name']
  const { wanted, option } = lanes({ unknown, version: '3.6.4' })
  t.equal(option('qtls', 'tls_config_file'), undefined)
  t.equal(option('qtls', 'tls_ffdhe_auto_groups'), undefined)
  t.same(
    wanted.remarks.map(({ kind, where, what }) => [kind, where, what.slice(0, 46)]),
    [['note', 'qtls/unix', 'Postfix 3.6.4 does not know tls_config_file: s']],
  )
})

await t.test('the files beside main.cf', async t => {
  const { wanted } = lanes({}, PRODUCTS)
  t.same(
    wanted.files.map(({ path }) => path),
    ['pins', 'strip', 'openssl.cnf'].map(name => `/etc/postfix/postseal/${name}`),
  )
  const [pins = '', strip = '', openssl = ''] = wanted.files.map(({ text }) =>
    text.replace(/^#.*\n/, ''),
  )
  t.equal(
    pins,
    [
      '/^X-Postseal-Lane: qtls$/ FILTER qtls:',
      '/^X-Postseal-Lane: tls$/ FILTER tls:',
      '/^X-Postseal-Lane: sealed$/ FILTER sealed:',
      '/^X-Postseal-Lane: split$/ FILTER split:[127.0.0.1]:10026',
      '/^X-Postseal-Lane: hand-over-sepp$/ FILTER hand-over-sepp:[sepp.example]:25',
      '/^X-Postseal-Lane: hand-over-near$/ FILTER hand-over-near:[10.0.0.5]:2525',
      '',
    ].join('\n'),
  )
  t.equal(strip, '/^X-Postseal-Lane:/ IGNORE\n')
  t.match(openssl, /^postfix_qtls = settings\n/)
  t.match(openssl, /\nCiphersuites = TLS_AES_256_GCM_SHA384:/)
  t.match(openssl, /\nSignatureAlgorithms = rsa_pss_rsae_sha256:/)
})

await t.test('without a map of a form that can be written there are no lanes', async t => {
  t.throws(() => lanes({ mapTypes: ['regexp'] }), { code: 'ERR_POSTFIX_MAP_TYPE' })
})
