import t from 'tap'
import {
  cloneMainCf,
  cloneMasterCf,
  type Clone,
} from '../../../../src/postfix/doctor/probe/clone-config.js'
import { lanesThere } from '../../../../src/postfix/doctor/expected.js'
import { trialsFor } from '../../../../src/postfix/doctor/probe/trials.js'
import { parseList, parseParameters } from '../../../../src/postfix/parameters.js'
import { parseServices } from '../../../../src/postfix/services.js'
import { serviceIn } from '../../../../src/postfix/setup/texts.js'
import { doctorFacts } from '../../../support/doctor-facts.js'

function clone(main: Readonly<Record<string, string>> = {}): Clone {
  const facts = doctorFacts({ main })
  return {
    directory: '/tmp/probe',
    postfix: facts.postfix,
    views: facts.views,
    lanes: lanesThere(facts),
    trials: trialsFor(facts.config),
    ports: { plain: 2001, tls: 2002, fallback: 2003 },
  }
}

t.test('nothing comes in, and nothing goes out but to the receivers', async t => {
  const secrets = {
    relayhost: '[192.0.2.1]',
    always_bcc: 'archive@inside.example',
    smtpd_milters: 'unix:/run/postseal/milter.sock',
    mydestination: 'inside.example',
    transport_maps: 'hash:/etc/postfix/transport',
  }
  const main = parseParameters(cloneMainCf(clone(secrets)))
  const want: Readonly<Record<string, string | undefined>> = {
    queue_directory: '/tmp/probe/queue',
    data_directory: '/tmp/probe/data',
    maillog_file: '/tmp/probe/mail.log',
    mydestination: '',
    default_transport: 'error:5.1.2 only probes',
    relay_transport: 'error:5.1.2 only probes',
    local_transport: 'error:5.1.2 only probes',
    inet_interfaces: '127.0.0.1',
    master_service_disable: 'inet',
    mail_owner: 'postfix',
    relayhost: undefined,
    always_bcc: undefined,
    smtpd_milters: undefined,
  }
  for (const [name, value] of Object.entries(want)) t.equal(main.get(name), value, name)
  const routes = main.get('transport_maps') ?? ''
  t.match(routes, /\{ plain\.qtls\.postseal-probe\.invalid = qtls:\[127\.0\.0\.1\]:2001 \}/)
  t.match(routes, /\{ tls\.sealed\.postseal-probe\.invalid = sealed:\[127\.0\.0\.1\]:2002 \}/)
  t.notMatch(routes, 'hash:')
})

t.test('each lane goes along with all that is in force for it, and no more', async t => {
  const text = cloneMasterCf(
    clone({
      smtp_tls_CAfile: '/etc/ssl/ca.pem',
      smtp_sasl_auth_enable: 'yes',
      smtp_sasl_password_maps: 'hash:/etc/postfix/secret',
      smtp_tls_session_cache_database: 'btree:/var/lib/postfix/scache',
      smtpd_tls_key_file: '/etc/ssl/key.pem',
    }),
  )
  const qtls = serviceIn(text.slice(text.indexOf('\nqtls ') + 1, text.indexOf('\ntls ')))
  const options = qtls?.options ?? new Map<string, string>()
  t.equal(options.get('smtp_tls_CAfile'), '/etc/ssl/ca.pem', 'from main.cf')
  t.equal(options.get('smtp_tls_security_level'), 'secure', 'its own')
  t.equal(options.get('smtp_sasl_auth_enable'), 'no')
  t.equal(options.get('smtp_tls_session_cache_database'), '')
  t.equal(options.has('smtp_sasl_password_maps'), false)
  t.equal(options.has('smtpd_tls_key_file'), false)
  t.equal(options.get('smtp_fallback_relay'), '[127.0.0.1]:2003')
  t.strictSame(parseList(options.get('smtp_tls_policy_maps') ?? ''), [
    'inline:{ { [127.0.0.1]:2003 = none } }',
    'hash:/var/lib/postseal/maps/qtls_policy',
  ])
})

t.test('no service takes mail from a network, none delivers here', async t => {
  const programs = cloneMasterCf(clone())
    .split('\n')
    .filter(line => /^\w/.test(line))
    .flatMap(line => parseServices(line))
  t.equal(programs.length, 21)
  t.strictSame(
    programs.filter(
      ({ type, command }) =>
        type === 'inet' || ['smtpd', 'local', 'virtual', 'pipe'].includes(command),
    ),
    [],
  )
})
