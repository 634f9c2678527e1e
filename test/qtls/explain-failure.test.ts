import t from 'tap'
import { explainFailure } from '../../src/qtls/explain-failure.js'
import { helloAuditor } from '../../src/qtls/hello/auditor.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'
import { auditServer } from '../support/audit-servers.js'
import { goodSession } from '../support/qtls-facts.js'
import { startTlsFront, TlsFiles } from '../support/tls-front.js'
import { NOW, pki } from '../support/tls-certificates.js'

const PROFILE = readTlsProfile('bsi-compatible')
const files = new TlsFiles()
t.teardown(() => files.remove())
const good = goodSession(await pki())

/** What the audit of a real server is made into, beside a session of the lane `tls` that is in order. */
async function reasonOf(name: string) {
  const front = await startTlsFront(await auditServer(name).options(files))
  try {
    const signal = new AbortController().signal
    const audit = await helloAuditor().explain(front.open, signal)
    const chain = audit?.chain ?? []
    const facts = { audit, tlsFailure: 'handshake failure' }
    return explainFailure(facts, { ...good, chain }, PROFILE, NOW)
  } finally {
    await front.close()
  }
}

await t.test('why a server has no session with our offer, found out by hellos', async t => {
  const rows = [
    ['without forward secrecy', 'no_pfs'],
    ['ChaCha20 only', 'suite_not_bsi'],
    ['CBC only', 'suite_not_bsi'],
    ['X25519 only', 'kex_group_not_bsi'],
    ['a group of 1024 bits', 'dh_too_short'],
    ['an Ed25519 key', 'sig_not_bsi'],
    ['Brainpool only', 'unsupported_by_sender'],
    ['a Brainpool key', 'unsupported_by_sender'],
  ] as const
  for (const [name, code] of rows) {
    const found = await reasonOf(name)
    t.same(
      found.map(one => one.code),
      [code],
      name,
    )
  }
})

await t.test('what is listed and not offered says so', async t => {
  t.match((await reasonOf('CBC only'))[0]?.evidence, { listed: true })
  t.notOk('listed' in ((await reasonOf('ChaCha20 only'))[0]?.evidence ?? {}))
})

await t.test('without an audit, the session that came about has to do', async t => {
  const reason = (change: Partial<typeof good>) =>
    explainFailure(
      { audit: undefined, tlsFailure: undefined },
      { ...good, ...change },
      PROFILE,
      NOW,
    )
  t.match(reason({ protocol: 'TLSv1' }), [{ code: 'protocol_too_old' }])
  t.match(reason({ group: 'x448' }), [{ code: 'kex_group_not_bsi', evidence: { group: 'x448' } }])
  t.match(reason({ group: 'brainpoolP256r1' }), [{ code: 'unsupported_by_sender' }])
  t.match(reason({ group: 'ffdhe2048', groupBits: 2048 }), [
    { code: 'dh_too_short', evidence: { bits: 2048 } },
  ])
  t.match(reason({}), [{ code: 'sig_not_bsi' }])
})
