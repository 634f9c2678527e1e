import t from 'tap'
import { optionsOfOthers } from '../../../src/postfix/lanes/their-services.js'
import { instanceFacts, lanesConfig } from '../../support/postfix-instance.js'

const OURS =
  '{ unix:/run/postseal/milter.sock, protocol=6, default_action=tempfail, content_timeout=150s }'
const STRIP = 'regexp:/etc/postfix/postseal/strip'

await t.test('a service with milters or header checks of its own gets ours first', async t => {
  const cases: [line: string, want: [name: string, value: string] | undefined][] = [
    ['smtp inet n - y - - smtpd', undefined],
    ['sub inet n - y - - smtpd -o smtpd_milters=unix:/a', ['smtpd_milters', `${OURS}, unix:/a`]],
    ['sub inet n - y - - smtpd -o smtpd_milters=$mua', ['smtpd_milters', `${OURS}, $mua`]],
    ['sub inet n - y - - smtpd -o {smtpd_milters=$smtpd_milters unix:/a}', undefined],
    ['127.0.0.1:10025 inet n - y - - smtpd -o smtpd_milters=', undefined],
    ['out unix - - y - - smtp -o smtp_header_checks=', ['smtp_header_checks', STRIP]],
    ['out unix - - y - - smtp -o {smtp_header_checks=$smtp_header_checks}', undefined],
    [
      'in unix - - y - - lmtp -o lmtp_header_checks=pcre:/b',
      ['lmtp_header_checks', `${STRIP}, pcre:/b`],
    ],
    [
      'pre unix n - y - 0 cleanup -o milter_header_checks=',
      ['milter_header_checks', 'regexp:/etc/postfix/postseal/pins'],
    ],
    ['p unix - n n - - pipe argv=/x -o smtp_header_checks=', undefined],
  ]
  for (const [line, want] of cases) {
    const facts = instanceFacts({ explicit: { mua: 'unix:/b' }, services: [line] })
    const found = optionsOfOthers(facts.services, lanesConfig(), facts)
    const service = line.split(' ').slice(0, 2).join('/')
    const [name, value] = want ?? []
    t.same(found, want === undefined ? [] : [{ service, name, value }], line)
  }
})
