import fc from 'fast-check'
import t from 'tap'
import type { ConnectionFacts, DomainFacts, HostFacts } from '../../src/qtls/facts.js'
import { judge } from '../../src/qtls/judge.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'
import {
  connection,
  ended,
  goodFacts,
  goodHost,
  goodSession,
  source,
  status,
} from '../support/qtls-facts.js'
import { NOW, pki } from '../support/tls-certificates.js'

const RANK = { none: 0, mandatory: 1, qualified: 2, undetermined: -1 }
const COMPATIBLE = readTlsProfile('bsi-compatible')
const PROFILES = [COMPATIBLE, readTlsProfile('bsi-2026')]

const NAMES = ['mx1.example.com', 'mx2.example.com', 'mx3.example.com'] as const
const made = await Promise.all(NAMES.map(name => pki({ name })))
const weak = await Promise.all(NAMES.map(name => pki({ name, kind: 'rsa1024' })))
const REVOKED = [source('crl', 'revoked')]

/** Connections of the server with that number, from the best to the worst. */
function ladder(at: number): readonly ConnectionFacts[] {
  const own = made[at] ?? made[0]
  const poor = weak[at] ?? weak[0]
  if (own === undefined || poor === undefined) throw new Error('no such server')
  const good = goodSession(own)
  return [
    connection(good),
    connection({ ...good, revocation: [status(0, ...REVOKED), status(1, source('crl'))] }),
    connection({ ...goodSession(poor), revocation: [] }),
    connection({ ...good, suite: 'TLS_CHACHA20_POLY1305_SHA256', revocation: [] }),
    connection(undefined, { widerSession: { ...good, suite: 'TLS_CHACHA20_POLY1305_SHA256' } }),
    ended('handshake-failed'),
    ended('no-starttls'),
  ]
}

const LADDERS = NAMES.map((_, at) => ladder(at))
const LAST = (LADDERS[0]?.length ?? 0) - 1
const STATES = ['secure', 'insecure'] as const

interface Rungs {
  readonly mx: number
  readonly hosts: readonly { readonly address: number; readonly ways: readonly number[] }[]
}

/** Good things oftener than bad ones, else nothing ever qualifies. */
const rung = (last: number): fc.Arbitrary<number> =>
  fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(last), weight: 2 })

const rungs: fc.Arbitrary<Rungs> = fc.record({
  mx: rung(1),
  hosts: fc.array(
    fc.record({
      address: rung(1),
      ways: fc.array(rung(LAST), { minLength: 1, maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
})

function factsOf({ mx, hosts }: Rungs): DomainFacts {
  const first = made[0]
  if (first === undefined) throw new Error('no server')
  const base = goodFacts(first)
  return {
    ...base,
    mx: { ...base.mx, state: STATES[mx] ?? 'insecure' },
    hosts: hosts.map(({ address, ways }, at): HostFacts => ({
      ...goodHost(first),
      host: NAMES[at] ?? NAMES[0],
      addressState: STATES[address] ?? 'insecure',
      connections: ways.flatMap((way, ip) => {
        const one = LADDERS[at]?.[way]
        return one === undefined ? [] : [{ ...one, ip: `192.0.2.${10 * at + ip}` }]
      }),
    })),
  }
}

/** One thing gets worse by one rung or more. */
function worsened(before: Rungs, at: number, by: number): Rungs {
  const host = before.hosts[at % before.hosts.length]
  if (at % 5 === 4 || host === undefined) return { ...before, mx: 1 }
  const hosts = before.hosts.map(one => {
    if (one !== host) return one
    if (at % 3 === 2) return { ...one, address: 1 }
    const index = by % one.ways.length
    return {
      ...one,
      ways: one.ways.map((way, i) => (i === index ? Math.min(LAST, way + 1 + (by % 3)) : way)),
    }
  })
  return { ...before, hosts }
}

await t.test('worse facts never give a better level', async t => {
  let seen = 0
  fc.assert(
    fc.property(
      rungs,
      fc.nat(20),
      fc.nat(20),
      fc.constantFrom(...PROFILES),
      (before, at, by, profile) => {
        const after = worsened(before, at, by)
        const was = judge(factsOf(before), profile, NOW)
        const is = judge(factsOf(after), profile, NOW)
        seen += 1
        return RANK[is.level] <= RANK[was.level]
      },
    ),
    { numRuns: 100 },
  )
  t.equal(seen, 100)
})

await t.test('the stricter profile never gives a better level', async t => {
  fc.assert(
    fc.property(rungs, one => {
      const [compatible, letter] = PROFILES.map(profile => judge(factsOf(one), profile, NOW).level)
      return RANK[letter ?? 'none'] <= RANK[compatible ?? 'none']
    }),
    { numRuns: 100 },
  )
  t.pass('100 domains')
})

await t.test('only servers that pass are in the match, and each of them is bound', async t => {
  let qualified = 0
  fc.assert(
    fc.property(rungs, fc.constantFrom(...PROFILES), (one, profile) => {
      const { level, match, hosts } = judge(factsOf(one), profile, NOW)
      if (level !== 'qualified') return match.length === 0
      qualified += 1
      return (
        match.length > 0 &&
        match.every(name => {
          const at = NAMES.indexOf(name as (typeof NAMES)[number])
          const isSigned = one.mx === 0 && one.hosts[at]?.address === 0
          return isSigned && hosts[at]?.level === 'qualified'
        })
      )
    }),
    { numRuns: 100 },
  )
  t.ok(qualified > 10, `${qualified} qualified`)
})

await t.test('a temporary failure of one server never makes the domain better', async t => {
  const ends = ['smtp-4xx', 'timeout', 'refused', 'unreachable'] as const
  fc.assert(
    fc.property(rungs, fc.nat(2), fc.constantFrom(...ends), (one, at, end) => {
      const before = factsOf(one)
      const silent = before.hosts.map((host, index) =>
        index === at ? { ...host, connections: [ended(end)] } : host,
      )
      const was = judge(before, COMPATIBLE, NOW)
      const is = judge({ ...before, hosts: silent }, COMPATIBLE, NOW)
      return is.level !== 'qualified' || was.level === 'qualified'
    }),
    { numRuns: 100 },
  )
  t.pass('100 domains')
})
