import t from 'tap'
import { LANE_CHECKS, handOvers } from '../../../src/postfix/doctor/lanes.js'
import { checkCases, doctorFacts, resultFor, type Case } from '../../support/doctor-facts.js'

const option = (service: string, name: string, value: string | undefined): Case[1] => ({
  services: { [service]: { options: { [name]: value } } },
})

const CASES: Readonly<Record<string, readonly Case[]>> = {
  lanes: [
    [
      'a lane that is switched off',
      { main: { master_service_disable: 'qtls.unix' } },
      ['fail Postfix is told not to offer the service qtls: what is pinned to it waits.'],
    ],
    [
      'a lane that is not there',
      { services: { 'tls/unix': null } },
      ['fail There is no service tls: what is pinned to it waits and bounces.'],
    ],
    [
      'a lane whose name somebody else has',
      { services: { 'sealed/unix': { fields: { command: 'pipe' } } } },
      ['fail The name sealed is taken by a service that runs pipe.'],
    ],
    [
      'the lane of a product',
      {
        conf: '[[product]]\nname = "seppmail"\nnext_hop = "[seppmail.inside.example]:25"\n',
        services: { 'hand-over-seppmail/unix': null },
      },
      ['fail There is no service hand-over-seppmail: what is pinned to it waits and bounces.'],
    ],
  ],
  'lane-log-names': [
    [
      'the name of another',
      option('qtls/unix', 'syslog_name', 'postfix/out'),
      ['warn Lane qtls does not log under its name: nobody learns why it failed.'],
    ],
    [
      'no line about TLS',
      option('tls/unix', 'smtp_tls_loglevel', '0'),
      ['warn Lane tls does not log TLS: no delivery by it is proved.'],
    ],
    ['no line about TLS where there is none', option('split/unix', 'smtp_tls_loglevel', '0'), []],
  ],
  fallbacks: [
    [
      'nowhere',
      option('qtls/unix', 'smtp_fallback_relay', ''),
      ['warn What lane qtls cannot deliver is never decided anew.'],
    ],
    [
      'to the listener of another lane',
      option('tls/unix', 'smtp_fallback_relay', '[127.0.0.1]:10027'),
      ['fail What lane tls cannot deliver goes round by the listener re-qtls.'],
    ],
    [
      'to the listener that it came from',
      option('split/unix', 'smtp_fallback_relay', '[127.0.0.1]:10026'),
      ['fail What lane split cannot deliver goes round by the listener re-split.'],
    ],
    [
      'to a server outside',
      option('sealed/unix', 'smtp_fallback_relay', '[mail.provider.example]'),
      ['fail What lane sealed cannot deliver goes to [mail.provider.example], without a decision.'],
    ],
    [
      'to what main.cf says',
      {
        main: { smtp_fallback_relay: '[mail.provider.example]' },
        services: { 'sealed/unix': { options: { smtp_fallback_relay: undefined } } },
      },
      ['fail What lane sealed cannot deliver goes to [mail.provider.example], without a decision.'],
    ],
  ],
  'fallback-unchanged': [
    [
      'addresses that are made others on the way out',
      { main: { smtp_generic_maps: 'hash:/etc/postfix/generic' } },
      [
        'warn Lane qtls hands back with other addresses: what was known of the message does not count.',
      ],
    ],
    [
      'a body that one lane changes',
      { services: { 'tls/unix': { options: { smtp_body_checks: 'pcre:/etc/postfix/body' } } } },
      ['warn Lane tls hands back with another body: what was known of the message does not count.'],
    ],
    [
      'what is sealed may be changed, since it does not come back',
      { services: { 'sealed/unix': { options: { smtp_generic_maps: 'hash:/etc/x' } } } },
      [],
    ],
  ],
  'fallback-relay': [
    [
      'a relay for one service',
      { services: { 'relay/unix': { options: { smtp_fallback_relay: '[192.0.2.1]' } } } },
      ['warn What cannot be delivered inside goes to [192.0.2.1].'],
    ],
    [
      'a relay for all',
      { main: { smtp_fallback_relay: '[mail.provider.example]' } },
      ['warn What cannot be delivered inside goes to [mail.provider.example].'],
    ],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, LANE_CHECKS, id, cases))
}

t.test('a fallback is repaired in the lane', async t => {
  const { problems } = resultFor(LANE_CHECKS, 'fallbacks', {
    services: { 'tls/unix': { options: { smtp_fallback_relay: undefined } } },
  })
  t.strictSame(problems[0]?.fix, [
    { service: 'tls/unix', parameter: 'smtp_fallback_relay', value: '[127.0.0.1]:10028' },
  ])
})

t.test('each lane that hands over is known with its listener', async t => {
  t.strictSame(
    handOvers(doctorFacts()).map(({ lane, listener }) => [lane.name, listener.name]),
    [
      ['split', '127.0.0.1:10026'],
      ['qtls', '127.0.0.1:10027'],
      ['tls', '127.0.0.1:10028'],
    ],
  )
})
