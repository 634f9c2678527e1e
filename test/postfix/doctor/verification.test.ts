import t from 'tap'
import { VERIFICATION_CHECKS, needsDanePolicy } from '../../../src/postfix/doctor/verification.js'
import { checkCases, type Case } from '../../support/doctor-facts.js'

const USED = { smtpd_sender_restrictions: 'reject_unverified_sender' }
const option = (name: string, value: string | undefined): Case[1] => ({
  services: { 'qtls/unix': { options: { [name]: value } } },
})

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'address-verification': [
    [
      'by split, where nobody verifies',
      { main: { address_verify_default_transport: 'split:[127.0.0.1]:10026' } },
      [],
    ],
    [
      'by split',
      { main: { ...USED, address_verify_default_transport: 'split:[127.0.0.1]:10026' } },
      ['fail Addresses are verified by lane split, whose own listener says yes to all.'],
    ],
    ['by smtp', { main: USED }, []],
    [
      'by a service with a fallback',
      { main: { ...USED, smtp_fallback_relay: '[mail.provider.example]' } },
      [
        'fail Addresses are verified by smtp/unix, whose fallback says yes to all.',
        'fail Addresses are verified by relay/unix, whose fallback says yes to all.',
      ],
    ],
  ],
  dane: [
    [
      'no signed DNS',
      option('smtp_dns_support_level', undefined),
      ['fail The lane qtls does not ask for signed DNS: domains with DANE get no mail by it.'],
    ],
    [
      'a version that ignores DANE',
      option('smtp_tls_dane_insecure_mx_policy', undefined),
      ['fail Postfix 3.7.11 ignores DANE where MX records are unsigned, unless it is told.'],
    ],
    [
      'a version that was mended',
      { version: '3.9.2', ...option('smtp_tls_dane_insecure_mx_policy', undefined) },
      [],
    ],
    ['no lane qtls', { services: { 'qtls/unix': null } }, []],
  ],
  'host-lookup': [
    [
      'files of the machine, too',
      { main: { smtp_host_lookup: 'native' } },
      ['warn The lane qtls finds servers by native, where no signature protects the answer.'],
    ],
    ['no lane qtls', { services: { 'qtls/unix': null } }, []],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t =>
    checkCases(t, VERIFICATION_CHECKS, id, cases),
  )
}

t.test('each series of Postfix was mended in a version of its own', async t => {
  const cases: [version: string, needs: boolean][] = [
    ['3.5.25', true],
    ['3.6.16', true],
    ['3.6.17', false],
    ['3.7.11', true],
    ['3.7.13', false],
    ['3.8.7', true],
    ['3.8.8', false],
    ['3.9.1', true],
    ['3.9.2', false],
    ['3.10.0', false],
    ['3.10-20250101', false],
    ['3.11.1', false],
    ['4.0.0', false],
    ['2.11.0', true],
  ]
  for (const [version, needs] of cases) t.equal(needsDanePolicy(version), needs, version)
})
