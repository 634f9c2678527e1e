import t from 'tap'
import { insideWays } from '../../../src/postfix/doctor/inside-ways.js'
import { checkCases } from '../../support/doctor-facts.js'

const OUT = ['warn Mail for the inside leaves for [192.0.2.1], in clear text if that server likes.']
const transport = (entry: string): { tables: Record<string, { entries: string[] }> } => ({
  tables: { 'hash:/etc/postfix/transport': { entries: [entry] } },
})

t.test('where mail for the inside goes', t =>
  checkCases(t, [insideWays], 'inside-ways', [
    ['mailboxes in the internet', { main: { virtual_transport: 'smtp:[192.0.2.1]' } }, OUT],
    ['what nobody here has', { main: { fallback_transport: 'smtp:[192.0.2.1]' } }, OUT],
    ['a relay in the internet', { main: { relay_transport: 'relay:[192.0.2.1]' } }, OUT],
    ['an entry of a table', transport('inside.example smtp:[192.0.2.1]'), OUT],
    ['an entry for a domain outside', transport('partner.example smtp:[192.0.2.1]'), []],
    [
      'a service that demands TLS',
      {
        main: { local_transport: 'cloud:[192.0.2.1]' },
        master: 'cloud unix - - n - - smtp -o smtp_tls_security_level=encrypt',
      },
      [],
    ],
    ['a server nearby', { main: { relay_transport: 'relay:[10.0.0.5]' } }, []],
    ['a server with a name', { main: { relay_transport: 'relay:[mail.inside.example]' } }, []],
    ['mailboxes on this machine', { main: { virtual_transport: 'lmtp:unix:private/lmtp' } }, []],
    ['no next hop', { main: { virtual_transport: 'virtual' } }, []],
  ]),
)
