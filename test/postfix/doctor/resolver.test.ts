import t from 'tap'
import {
  RESOLVER_CHECKS,
  nameServersOf,
  parseResolvConf,
} from '../../../src/postfix/doctor/resolver.js'
import type { DnsAnswer, ResolverFacts } from '../../../src/postfix/doctor/live-facts.js'
import { checkCases, type Case } from '../../support/doctor-facts.js'

const said = (signed: DnsAnswer | string, bogus?: DnsAnswer): Case[1] => {
  const seen = (answer: DnsAnswer | string, name: string): ResolverFacts['signed'] =>
    typeof answer === 'string'
      ? { seen: false, reason: answer, name }
      : { seen: true, value: answer, name }
  const facts: ResolverFacts = {
    address: '127.0.0.53',
    signed: seen(signed, 'org.'),
    bogus: bogus === undefined ? undefined : seen(bogus, 'bogus.example'),
  }
  return { live: { resolvers: [facts] } }
}
const GOOD: DnsAnswer = { code: 'NOERROR', authentic: true }
const CHROOT = '/var/spool/postfix/etc/resolv.conf'
const files = (system: string, chroot?: string): Case[1] => ({
  files: {
    resolvConf: new Map([
      ['/etc/resolv.conf', system],
      ...(chroot === undefined ? [] : [[CHROOT, chroot] as const]),
    ]),
  },
})

const CASES: Readonly<Record<string, readonly Case[]>> = {
  resolver: [
    ['a right signature is vouched for', said(GOOD), []],
    ['a wrong one is refused', said(GOOD, { code: 'SERVFAIL', authentic: false }), []],
    [
      'nothing is vouched for',
      said({ code: 'NOERROR', authentic: false }),
      ['fail The name server 127.0.0.53 does not check signatures: DANE and qTLS cannot be had.'],
    ],
    [
      'a wrong signature is believed',
      said(GOOD, { code: 'NOERROR', authentic: false }),
      [
        'fail The name server 127.0.0.53 answers for bogus.example although its signature is wrong.',
      ],
    ],
    [
      'no answer',
      said('no answer in time'),
      ['unknown The name server 127.0.0.53 did not answer for org.: no answer in time.'],
    ],
    [
      'a refusal',
      said({ code: 'SERVFAIL', authentic: false }),
      ['unknown The name server 127.0.0.53 says SERVFAIL for org..'],
    ],
  ],
  'resolver-path': [
    ['a name server of this machine', files('nameserver ::1\n'), []],
    [
      'one of the network',
      files('nameserver 192.0.2.53\n'),
      [
        'warn Postfix believes 192.0.2.53 about signatures, and nobody has said that the way to it can be trusted.',
      ],
    ],
    [
      'one of a network that is trusted',
      files('options edns0 trust-ad\nnameserver 127.0.0.1\nnameserver 192.0.2.53\n'),
      [
        'warn Postfix believes 192.0.2.53 about signatures, and resolv.conf says that the way to it can be trusted.',
      ],
    ],
  ],
  'resolver-chroot': [
    [
      'lanes in a chroot with another file',
      {
        ...files('nameserver 127.0.0.1\n', 'nameserver 127.0.0.53\n'),
        services: { 'qtls/unix': { fields: { chroot: 'y' } } },
      },
      ['warn Lanes in a chroot ask other name servers than the rest of the machine.'],
    ],
    [
      'lanes in a chroot with the same',
      {
        ...files('nameserver 127.0.0.1\n', '# copied\nnameserver 127.0.0.1\n'),
        services: { 'qtls/unix': { fields: { chroot: 'y' } } },
      },
      [],
    ],
    ['no lane in a chroot', files('nameserver 127.0.0.1\n', 'nameserver 127.0.0.53\n'), []],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, RESOLVER_CHECKS, id, cases))
}

t.test(
  'resolv.conf: three name servers, all options, and this machine where none is named',
  async t => {
    t.strictSame(
      parseResolvConf(
        'nameserver a\n nameserver b\nnameserver c\nnameserver d\noptions x y\noptions z\n',
      ),
      { nameServers: ['a', 'b', 'c'], options: ['x', 'y', 'z'] },
    )
    t.strictSame(parseResolvConf('search example.org\n;nameserver x\nnameserver\n'), {
      nameServers: ['127.0.0.1'],
      options: [],
    })
    t.strictSame(nameServersOf({ resolvConf: new Map() }), ['127.0.0.1'])
    t.strictSame(nameServersOf({ resolvConf: new Map([['/etc/resolv.conf', 'nameserver x']]) }), [
      'x',
    ])
  },
)
