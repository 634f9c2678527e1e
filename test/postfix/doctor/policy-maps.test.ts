import t from 'tap'
import { POLICY_MAP_CHECKS, policyQuestions } from '../../../src/postfix/doctor/policy-maps.js'
import { checkCases, doctorFacts, type Case } from '../../support/doctor-facts.js'

const QTLS = 'hash:/var/lib/postseal/maps/qtls_policy'
const TLS = 'hash:/var/lib/postseal/maps/tls_policy'
const entry = (table: string, text: string): Case[1] => ({
  tables: { [table]: { entries: [text] } },
})

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'policy-maps': [
    [
      'a lane without one',
      { services: { 'qtls/unix': { options: { smtp_tls_policy_maps: '' } } } },
      ['fail Lane qtls has no policy map: what it is to verify, nobody told it.'],
    ],
    [
      'no way back',
      { tables: { [TLS]: { entries: [], answers: { '[127.0.0.1]:10028': undefined } } } },
      [
        'fail Lane tls cannot hand back what it fails to deliver: [127.0.0.1]:10028 has no entry, not none.',
      ],
    ],
    [
      'a way back that wants TLS',
      { tables: { [TLS]: { entries: [], answers: { '[127.0.0.1]:10028': 'encrypt' } } } },
      [
        'fail Lane tls cannot hand back what it fails to deliver: [127.0.0.1]:10028 has encrypt, not none.',
      ],
    ],
    [
      'a map that is not there',
      { tables: { [QTLS]: { entries: undefined, answers: {}, trouble: 'no such file' } } },
      ['fail The policy map of lane qtls cannot be read: no such file.'],
    ],
  ],
  'policy-entries': [
    [
      'opportunistic TLS in qtls',
      entry(QTLS, 'partner.example may'),
      ['fail 1 entries in the policy map of lane qtls allow less than the lane.'],
    ],
    [
      'opportunistic DANE in qtls',
      entry(QTLS, 'partner.example dane'),
      ['fail 1 entries in the policy map of lane qtls allow less than the lane.'],
    ],
    ['mandatory DANE in qtls', entry(QTLS, 'partner.example dane-only ciphers=high'), []],
    ['a fingerprint in qtls', entry(QTLS, 'partner.example fingerprint match=AB:CD'), []],
    [
      'an old protocol, or weak suites',
      entry(TLS, 'partner.example encrypt protocols=>=TLSv1 ciphers=high'),
      ['fail 1 entries in the policy map of lane tls allow less than the lane.'],
    ],
    [
      'weak suites',
      entry(QTLS, 'partner.example secure match=mx.partner.example ciphers=medium'),
      ['fail 1 entries in the policy map of lane qtls allow less than the lane.'],
    ],
    [
      'a name that nobody has verified',
      entry(QTLS, 'partner.example secure match=nexthop:dot-nexthop'),
      ['fail 1 entries in the policy map of lane qtls allow less than the lane.'],
    ],
    [
      'authorities of its own',
      entry(QTLS, 'partner.example secure match=mx.partner.example tafile=/etc/postfix/ca.pem'),
      ['fail 1 entries in the policy map of lane qtls allow less than the lane.'],
    ],
    [
      'the name of whatever server DNS gives',
      entry(QTLS, 'partner.example verify'),
      ['fail 1 entries in the policy map of lane qtls allow less than the lane.'],
    ],
    [
      'all that the lane demands, once more',
      entry(
        QTLS,
        'partner.example secure match=mx.partner.example ciphers=high protocols=>=TLSv1.2',
      ),
      [],
    ],
    ['encryption in tls', entry(TLS, 'partner.example encrypt'), []],
    [
      'no TLS in tls',
      entry(TLS, 'partner.example none'),
      ['fail 1 entries in the policy map of lane tls allow less than the lane.'],
    ],
    [
      'a map that cannot be listed',
      { tables: { [QTLS]: { entries: undefined, trouble: 'no listing' } } },
      [
        'unknown The policy map hash:/var/lib/postseal/maps/qtls_policy of lane qtls cannot be listed (no listing).',
      ],
    ],
  ],
  'default-tls': [
    [
      'no TLS for what is inside',
      { main: { smtp_tls_security_level: '' } },
      ['warn Services without a TLS level of their own deliver in clear text.'],
    ],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, POLICY_MAP_CHECKS, id, cases))
}

t.test('the maps are asked for the way back to each listener', async t => {
  t.strictSame(policyQuestions(doctorFacts()), [
    '[127.0.0.1]:10026',
    '[127.0.0.1]:10027',
    '[127.0.0.1]:10028',
  ])
})
