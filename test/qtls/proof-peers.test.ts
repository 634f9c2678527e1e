import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { parseConfig } from '../../src/config/load.js'
import { createProber } from '../../src/qtls/create-prober.js'
import { VerdictMaker } from '../../src/qtls/make-verdict.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'
import { verdictRules } from '../../src/qtls/verdict-rules.js'
import { openStore } from '../../src/store/open-store.js'
import {
  makeRoomForPeers,
  openSmtpdVersion,
  MANNERS,
  PEERS_ARE_THERE,
  startExim,
  startOpenSmtpd,
  startReceivingPostfix,
  type Manner,
  type PeerAddress,
} from '../support/mail-peers.js'
import { BY_RSA, USUAL } from '../support/qtls-lab-cases.js'
import { startQtlsLab, type QtlsLab } from '../support/qtls-lab.js'
import { startQtlsLane } from '../support/qtls-lane.js'

// Port 25 of many addresses, and users that the servers want.
await enterNamespace()

interface Case {
  readonly peer: keyof typeof PEERS
  readonly manner: Manner
  readonly level: 'qualified' | 'mandatory' | 'none'
  readonly codes: readonly string[]
}

const PEERS = { exim: startExim, postfix: startReceivingPostfix, opensmtpd: startOpenSmtpd }

const GOOD = { level: 'qualified', codes: [] } as const
const CHAIN = { level: 'qualified', codes: ['cert_sig_rsa_pkcs1_v15', 'rsa_lt_3000'] } as const
const WRONG = { level: 'mandatory', codes: ['host_mismatch'] } as const
const PLAIN = { level: 'none', codes: ['no_starttls'] } as const
/** OpenSMTPD 6.8.0p2 offers TLS and can make no session with OpenSSL 3 (its issues 1171 and 1239). */
const BROKEN = { level: 'none', codes: ['handshake_failed'] } as const
const isBroken = PEERS_ARE_THERE && (await openSmtpdVersion()).includes('6.8')

const CASES: readonly Case[] = [
  { peer: 'exim', manner: 'tls13', ...GOOD },
  { peer: 'exim', manner: 'tls12', ...GOOD },
  { peer: 'exim', manner: 'rsa', level: 'qualified', codes: ['rsa_lt_3000'] },
  { peer: 'exim', manner: 'rsa-chain', ...CHAIN },
  { peer: 'exim', manner: 'wrong-name', ...WRONG },
  { peer: 'exim', manner: 'no-tls', ...PLAIN },
  { peer: 'postfix', manner: 'tls13', ...GOOD },
  { peer: 'postfix', manner: 'tls12', ...GOOD },
  { peer: 'postfix', manner: 'rsa', level: 'qualified', codes: ['rsa_lt_3000'] },
  { peer: 'postfix', manner: 'rsa-chain', ...CHAIN },
  { peer: 'postfix', manner: 'wrong-name', ...WRONG },
  { peer: 'postfix', manner: 'no-tls', ...PLAIN },
  { peer: 'opensmtpd', manner: 'tls13', ...(isBroken ? BROKEN : GOOD) },
  { peer: 'opensmtpd', manner: 'wrong-name', ...(isBroken ? BROKEN : WRONG) },
  { peer: 'opensmtpd', manner: 'no-tls', ...PLAIN },
]
const NAMES = Object.keys(PEERS) as (keyof typeof PEERS)[]

const skip = PEERS_ARE_THERE
  ? false
  : 'Exim and OpenSMTPD are not below var/peers, where `npm test` unpacks them'
await t.test('mail servers of others', { skip }, async t => {
  const directory = await mkdtemp(join(tmpdir(), 'peers-'))
  t.teardown(() => rm(directory, { recursive: true }))
  await chmod(directory, 0o755)
  const lab = await startQtlsLab(
    join(directory, 'lab'),
    CASES.map(one => ({
      name: `${one.peer}-${one.manner}`,
      what: one.manner,
      level: 'qualified',
      codes: [],
      records: ['@ MX 10 mx', `mx A ${addressOf(one)}`],
      servers: [],
    })),
  )
  t.teardown(() => lab.close())
  await makeRoomForPeers(join(directory, 'etc'))

  const running = new Map<string, Awaited<ReturnType<typeof startExim>>>()
  for (const peer of NAMES) {
    const addresses: PeerAddress[] = []
    for (const one of CASES) if (one.peer === peer) addresses.push(await addressFor(one, lab))
    const started = await PEERS[peer](join(directory, peer), addresses)
    running.set(peer, started)
    t.teardown(() => started.close())
  }

  const { prober: settings } = parseConfig(
    `[prober]
bogus_name = "bogus"
ca_file = "${lab.caFile}"
allowed_networks = ["127.0.0.0/8"]
`,
    undefined,
  )
  const ready = createProber({ settings, heloName: 'gateway.test', now: Date.now })
  t.teardown(() => ready.close())
  const store = await openStore({
    url: `sqlite:${join(directory, 'store.db')}`,
    deadlineMs: 10_000,
  })
  t.teardown(() => store.close())
  const rules = verdictRules(readTlsProfile('bsi-compatible'), settings.bindings)
  const maker = new VerdictMaker({
    prober: ready.prober,
    rules: () => rules,
    store: store.domains,
    now: Date.now,
  })
  const lane = await startQtlsLane(join(directory, 'pf'), lab.caFile)
  t.teardown(() => lane.close())
  const { signal } = new AbortController()

  await t.test(
    'each has its level, by one connection, and nothing is taken for injected',
    async t => {
      for (const one of CASES) {
        const { verdict, facts } = await maker.make(domainOf(one), signal)
        const codes = verdict.reasons.map(({ code }) => code)
        t.equal(verdict.level, one.level, `${domainOf(one)}: ${codes.join(' ')}`)
        t.same([...codes].sort(), one.codes, domainOf(one))
        for (const { connections } of facts.hosts)
          t.same(
            connections.map(({ takesInjection }) => takesInjection),
            [false],
          )
      }
    },
  )

  await t.test('they have nothing to complain of', async t => {
    const log = await running.get('exim')?.log()
    t.match(log, /closed by QUIT/)
    t.notMatch(log, /error|reject|synchroni[sz]ation/)
    const lines = (await running.get('postfix')?.log())?.match(/disconnect from .*/g) ?? []
    const probed = lines.filter(line => line.includes('starttls'))
    t.equal(probed.length, 5)
    for (const line of probed) t.match(line, /ehlo=1 starttls=1 quit=1 commands=3$/)
  })

  await t.test('the lane delivers to the qualified ones, and to nobody else', async t => {
    await lane.tell(store.domains, '')
    const delivered = await lane.send(CASES.map(domainOf), 'mail')
    for (const one of CASES) {
      const want =
        one.level === 'qualified'
          ? { service: 'qtls', status: 'sent', trust: 'Verified' }
          : { service: 'qtls', status: 'deferred', to: 're-qtls' }
      t.match(delivered.get(domainOf(one)), want, domainOf(one))
    }
    t.match(await running.get('exim')?.log(), / <= anna@home\.test .* P=esmtps X=TLS1\.3:/)
  })
})

function domainOf({ peer, manner }: Case): string {
  return `${peer}-${manner}.test`
}

function addressOf({ peer, manner }: Case): string {
  return `127.2.${NAMES.indexOf(peer)}.${MANNERS.indexOf(manner) + 1}`
}

async function addressFor(one: Case, { authority }: QtlsLab): Promise<PeerAddress> {
  const { manner } = one
  const names = [manner === 'wrong-name' ? `other.${domainOf(one)}` : `mx.${domainOf(one)}`]
  const key = manner.startsWith('rsa') ? 'rsa:2048' : 'ec:P-256'
  const certificate =
    manner === 'no-tls'
      ? undefined
      : await authority.issue({ ...(manner === 'rsa-chain' ? BY_RSA : USUAL), names, key })
  return { manner, address: addressOf(one), certificate }
}
