import t from 'tap'
import {
  mainSettings,
  splitTransport,
  withTable,
} from '../../../src/postfix/lanes/main-settings.js'
import { instanceFacts, lanesConfig, type Said } from '../../support/postfix-instance.js'

const OURS =
  '{ unix:/run/postseal/milter.sock, protocol=6, default_action=tempfail, content_timeout=150s }'
const STRIP = 'regexp:/etc/postfix/postseal/strip'

function settings(said: Said = {}, text = ''): Record<string, string> {
  const all = mainSettings(lanesConfig(text), instanceFacts(said))
  return Object.fromEntries(all.map(({ name, value }) => [name, value]))
}

await t.test('a plain instance', async t => {
  t.same(settings(), {
    default_transport: 'split:[127.0.0.1]:10026',
    smtpd_milters: OURS,
    non_smtpd_milters: OURS,
    milter_header_checks: 'regexp:/etc/postfix/postseal/pins',
    smtp_header_checks: STRIP,
    lmtp_header_checks: STRIP,
    split_destination_recipient_limit: '1',
    split_destination_concurrency_failed_cohort_limit: '0',
    address_verify_default_transport: 'smtp',
  })
})

await t.test('what the administrator has stays, behind ours', async t => {
  const explicit = {
    smtpd_milters: 'inet:localhost:8891',
    non_smtpd_milters: '$smtpd_milters',
    smtp_header_checks: 'pcre:/etc/postfix/out, regexp:/etc/postfix/more',
    milter_header_checks: 'pcre:/etc/postfix/milter',
  }
  const found = settings({ explicit })
  t.equal(found['smtpd_milters'], `${OURS}, inet:localhost:8891`)
  t.notOk('non_smtpd_milters' in found, 'it has ours by smtpd_milters')
  t.equal(found['smtp_header_checks'], `${STRIP}, pcre:/etc/postfix/out, regexp:/etc/postfix/more`)
  t.equal(
    found['milter_header_checks'],
    'regexp:/etc/postfix/postseal/pins, pcre:/etc/postfix/milter',
  )
})

await t.test('limits for outside mail hold in the lanes, and not on the way back', async t => {
  const explicit = {
    smtp_destination_concurrency_limit: '5',
    smtp_transport_rate_delay: '1s',
    smtp_initial_destination_concurrency: '2',
    smtp_helo_name: 'x.example',
    default_destination_rate_delay: '2s',
  }
  const product = '[[product]]\nname = "p"\nnext_hop = "[p.example]:25"\n'
  const found = settings({ explicit }, product)
  t.equal(found['qtls_destination_concurrency_limit'], '$smtp_destination_concurrency_limit')
  t.equal(found['tls_transport_rate_delay'], '$smtp_transport_rate_delay')
  t.equal(found['sealed_initial_destination_concurrency'], '$smtp_initial_destination_concurrency')
  t.equal(found['hand-over-p_destination_concurrency_limit'], '$smtp_destination_concurrency_limit')
  t.notOk('qtls_helo_name' in found)
  t.equal(found['split_destination_rate_delay'], '0s')
  t.notOk('split_transport_rate_delay' in found)
})

await t.test('address verification asks outside, unless the administrator says where', async t => {
  const name = 'address_verify_default_transport'
  t.equal(settings({ explicit: { [name]: '$default_transport' } })[name], 'smtp')
  t.equal(settings({ explicit: { [name]: 'smtp' } })[name], 'smtp')
  t.notOk(name in settings({ explicit: { [name]: 'verify:' } }))
})

await t.test('after setup the same is wanted', async t => {
  const explicit = { smtpd_milters: 'unix:/a', smtp_destination_rate_delay: '1s' }
  const once = settings({ explicit })
  t.same(settings({ explicit: { ...explicit, ...once } }), once)
})

await t.test('names and lists', async t => {
  t.equal(
    splitTransport(lanesConfig('[postfix]\nsplit_listener = "[::1]:2526"\n')),
    'split:[::1]:2526',
  )
  t.equal(withTable('', 'pcre:a'), 'pcre:a')
  t.equal(withTable('pcre:b, pcre:a', 'pcre:a'), 'pcre:a, pcre:b')
  t.equal(withTable('inline:{ {x = y} } pcre:b', 'pcre:a'), 'pcre:a, inline:{ {x = y} }, pcre:b')
})
