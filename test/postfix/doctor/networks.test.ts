import t from 'tap'
import {
  NETWORK_CHECKS,
  isLoopbackNetwork,
  networkContains,
  networksOf,
} from '../../../src/postfix/doctor/networks.js'
import { checkCases, doctorFacts } from '../../support/doctor-facts.js'

const mynetworks = (value: string) => ({ main: { mynetworks: `127.0.0.0/8 ${value}` } })

t.test('clients that are trusted by their address', t =>
  checkCases(t, NETWORK_CHECKS, 'trusted-networks', [
    ['private networks', mynetworks('10.0.0.0/8 192.168.7.0/24 [fd00::]/8 100.64.0.0/10'), []],
    ['a few machines', mynetworks('192.0.2.0/28, [2001:db8::25]/128'), []],
    [
      'the whole internet',
      mynetworks('0.0.0.0/0'),
      ['fail mynetworks trusts 0.0.0.0/0, which nobody owns as a whole.'],
    ],
    [
      'the whole internet of the other kind',
      mynetworks('[::]/0'),
      ['fail mynetworks trusts [::]/0, which nobody owns as a whole.'],
    ],
    [
      'a public network of some size',
      mynetworks('192.0.0.0/20'),
      ['warn mynetworks trusts 192.0.0.0/20, all of it.'],
    ],
    [
      'a network that holds a private one and more',
      mynetworks('10.0.0.0/7'),
      ['fail mynetworks trusts 10.0.0.0/7, which nobody owns as a whole.'],
    ],
    [
      'at one door only',
      { services: { 'smtp/inet': { options: { mynetworks: '0.0.0.0/0' } } } },
      ['fail mynetworks trusts 0.0.0.0/0, which nobody owns as a whole.'],
    ],
    ['tables and exceptions', mynetworks('!10.0.0.1, cidr:/etc/postfix/nets'), []],
  ]),
)

t.test('networks are read with and without brackets and width', async t => {
  const facts = doctorFacts({
    main: { mynetworks: '192.0.2.1, [2001:db8::]/32, 10.0.0.0/33, /etc/postfix/nets, !x' },
  })
  t.strictSame(networksOf(facts, undefined), {
    networks: [
      { address: '192.0.2.1', prefix: 32, family: 'ipv4', text: '192.0.2.1' },
      { address: '2001:db8::', prefix: 32, family: 'ipv6', text: '[2001:db8::]/32' },
    ],
    others: ['10.0.0.0/33', '/etc/postfix/nets'],
  })
})

t.test('networks in tables and files', t =>
  checkCases(t, NETWORK_CHECKS, 'trusted-networks', [
    [
      'everybody, by a table of networks',
      {
        main: { mynetworks: 'cidr:/etc/postfix/nets' },
        tables: { 'cidr:/etc/postfix/nets': { entries: ['0.0.0.0/0 OK'] } },
      },
      ['fail mynetworks trusts 0.0.0.0/0, which nobody owns as a whole.'],
    ],
    [
      'everybody, by what says yes to all',
      { main: { mynetworks: 'static:all' }, tables: { 'static:all': { entries: ['* all'] } } },
      ['fail mynetworks trusts 0.0.0.0/0, which nobody owns as a whole.'],
    ],
    [
      'a file of private networks',
      {
        main: { mynetworks: '/etc/postfix/nets' },
        tables: { 'file:/etc/postfix/nets': { entries: ['10.0.0.0/8 '] } },
      },
      [],
    ],
    [
      'everybody, by QMQP',
      {
        main: { qmqpd_authorized_clients: '0.0.0.0/0' },
        master: '628 inet n - n - - qmqpd',
      },
      ['fail qmqpd_authorized_clients trusts 0.0.0.0/0, which nobody owns as a whole.'],
    ],
  ]),
)

t.test('clients that speak for others', t =>
  checkCases(t, NETWORK_CHECKS, 'client-claims', [
    [
      'a network of proxies',
      { main: { smtpd_authorized_xclient_hosts: '192.168.0.0/16' } },
      ['fail Every client in 192.168.0.0/16 can claim any address and any login at smtp/inet.'],
    ],
    [
      'one proxy, and this machine',
      { main: { smtpd_authorized_xclient_hosts: '127.0.0.0/8, 192.168.0.7' } },
      [],
    ],
    [
      'logins without a name',
      {
        services: {
          'smtp/inet': {
            options: {
              smtpd_sasl_auth_enable: 'yes',
              smtpd_sasl_security_options: 'noplaintext',
              smtpd_sasl_tls_security_options: 'noanonymous',
            },
          },
        },
      },
      ['warn At smtp/inet clients may log in without a name, where the server lets them.'],
    ],
    [
      'a proxy before a door',
      { services: { 'smtp/inet': { options: { smtpd_upstream_proxy_protocol: 'haproxy' } } } },
      ['warn Whoever reaches smtp/inet says himself from which address he comes.'],
    ],
    [
      'a proxy on this machine',
      {
        master: '127.0.0.1:2525 inet n - n - - smtpd -o smtpd_upstream_proxy_protocol=haproxy',
      },
      [],
    ],
    [
      'a proxy before postscreen',
      {
        master:
          '192.0.2.1:smtp inet n - n - 1 postscreen -o postscreen_upstream_proxy_protocol=haproxy',
      },
      ['warn Whoever reaches 192.0.2.1:smtp/inet says himself from which address he comes.'],
    ],
  ]),
)

t.test('an address is in a network, or it is not', async t => {
  const network = { address: '192.0.2.0', prefix: 24, family: 'ipv4', text: '' } as const
  t.equal(networkContains(network, '192.0.2.7'), true)
  t.equal(networkContains(network, '192.0.3.7'), false)
  t.equal(networkContains(network, '2001:db8::1'), false)
  t.equal(networkContains(network, 'mail.inside.example'), false)
})

t.test('loopback networks are those of this machine alone', async t => {
  const cases: [text: string, want: boolean][] = [
    ['127.0.0.0/8', true],
    ['127.0.0.1/32', true],
    ['126.0.0.0/7', false],
    ['[::1]/128', true],
    ['[::]/127', false],
    ['[::ffff:127.0.0.0]/104', true],
  ]
  for (const [text, want] of cases) {
    const { networks } = networksOf(doctorFacts({ main: { mynetworks: text } }), undefined)
    t.equal(networks[0] !== undefined && isLoopbackNetwork(networks[0]), want, text)
  }
})
