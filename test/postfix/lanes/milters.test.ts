import t from 'tap'
import {
  addressIn,
  othersIn,
  ourMilter,
  signersIn,
  withOurs,
} from '../../../src/postfix/lanes/milters.js'
import { instanceFacts, lanesConfig } from '../../support/postfix-instance.js'

const CONFIG = lanesConfig()
const OURS =
  '{ unix:/run/postseal/milter.sock, protocol=6, default_action=tempfail, content_timeout=150s }'

await t.test('the socket as Postfix has to name it', async t => {
  const cases: [socket: string, want: string][] = [
    ['unix:/run/postseal/milter.sock', 'unix:/run/postseal/milter.sock'],
    ['unix:/var/spool/postfix/postseal/milter.sock', 'unix:postseal/milter.sock'],
    ['unix:/var/spool/postfix-2/m.sock', 'unix:/var/spool/postfix-2/m.sock'],
    ['inet:192.0.2.1:10030', 'inet:192.0.2.1:10030'],
    ['inet:0.0.0.0:10030', 'inet:127.0.0.1:10030'],
    ['inet:[::]:10030', 'inet:[::1]:10030'],
    ['systemd', 'unix:/run/postseal-milter/milter.sock'],
  ]
  for (const [socket, want] of cases) {
    const config = lanesConfig(`[listen]\nsocket = "${socket}"\n`)
    t.equal(addressIn(ourMilter(config, instanceFacts())), want, socket)
  }
  const slow = lanesConfig('[milter]\nmessage_timeout = "300s"\n')
  t.match(ourMilter(slow, instanceFacts()), 'content_timeout=330s')
})

await t.test('ours comes first, and once', async t => {
  const facts = instanceFacts({
    explicit: { mine: 'unix:/run/postseal/milter.sock', theirs: 'inet:localhost:8891' },
  })
  const cases: [list: string, want: string][] = [
    ['', OURS],
    ['inet:localhost:8891', `${OURS}, inet:localhost:8891`],
    [
      '{ unix:/a, default_action=accept } unix:/b',
      `${OURS}, { unix:/a, default_action=accept }, unix:/b`,
    ],
    ['unix:/a, unix:/run/postseal/milter.sock', `${OURS}, unix:/a`],
    [`${OURS}, unix:/a`, `${OURS}, unix:/a`],
    ['{ unix:/run/postseal/milter.sock, content_timeout=1s }', OURS],
    ['$theirs', `${OURS}, $theirs`],
    ['unix:/a, $mine', 'unix:/a, $mine'],
  ]
  for (const [list, want] of cases) {
    t.equal(withOurs(list, CONFIG, facts), want, list)
    t.equal(withOurs(want, CONFIG, facts), want, `again: ${list}`)
  }
})

await t.test('a socket below the queue is ours by its full name too', async t => {
  const config = lanesConfig('[listen]\nsocket = "unix:/var/spool/postfix/postseal/milter.sock"\n')
  const list = 'unix:/var/spool/postfix/postseal/milter.sock unix:/a'
  t.same(othersIn(list, config, instanceFacts()), ['unix:/a'])
})

await t.test('signers are known by name, by port, or named', async t => {
  const facts = instanceFacts({ explicit: { dkim: 'inet:127.0.0.1:8891' } })
  const cases: [entry: string, isSigner: boolean][] = [
    ['unix:/run/opendkim/opendkim.sock', true],
    ['unix:dkimpy-milter/dkimpy-milter.sock', true],
    ['inet:rspamd.example:11332', true],
    ['inet:localhost:8891', true],
    ['inet:8891@localhost', true],
    ['{ inet:[::1]:8892, default_action=accept }', true],
    ['inet:11332@localhost', true],
    ['$dkim', true],
    ['inet:localhost:8893', false],
    ['inet:localhost:18891', false],
    ['unix:/run/clamav-milter.sock', false],
    ['inet:named.example:9999', true],
  ]
  for (const [entry, isSigner] of cases) {
    const found = signersIn(`${OURS}, ${entry}`, ['named.example'], CONFIG, facts)
    t.same(found, isSigner ? [entry] : [], entry)
  }
})
