import t from 'tap'
import { asTested } from '../../src/qtls/as-tested.js'
import {
  connection,
  goodFacts,
  goodHost,
  goodSession,
  source,
  status,
} from '../support/qtls-facts.js'
import { NOW, pki } from '../support/tls-certificates.js'

const made = await pki()

await t.test('only silence is filled in', async t => {
  const revocation = [
    status(0, source('crl', 'unavailable'), source('ocsp', 'stale')),
    status(1, source('crl', 'revoked'), source('ocsp', 'unavailable')),
    status(2, source('ocsp', 'unknown')),
    status(3, source('crl', 'bad-signature')),
    status(4),
  ]
  const session = goodSession(made, { revocation })
  const agreement = { resolvers: 3, silent: 2, since: 5, hosts: ['mx1.example.com'] }
  const facts = goodFacts(made, {
    agreement,
    hosts: [goodHost(made, { connections: [connection(session, { widerSession: session })] })],
  })
  const found = asTested(facts, NOW)
  const [one] = found.hosts[0]?.connections ?? []
  for (const each of [one?.session, one?.widerSession])
    t.same(
      each?.revocation.map(({ sources }) => sources.map(({ state }) => state)),
      [['good', 'good'], ['revoked', 'unavailable'], ['unknown'], ['bad-signature'], []],
    )
  t.match(one?.session?.revocation[0]?.sources[0], { thisUpdate: NOW })
  t.same(found.agreement, { ...agreement, silent: 0 })
  t.equal(facts.agreement?.silent, 2, 'the facts themselves are as they were')
  t.equal(asTested(goodFacts(made), NOW).agreement, undefined)
})
