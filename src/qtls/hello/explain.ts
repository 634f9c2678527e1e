import { BSI_OFFER } from '../../policy/qtls-offer.js'
import type { Accepted, Audit } from './audit.js'
import { ALL_SCHEMES, groupsOf, isFiniteField, schemeName, type Protocol } from './names.js'
import { agreementOf, suitesOf } from './suites.js'
import { suiteName } from './suite-names.js'
import { keyShare } from './key-share.js'

/**
 * The few hellos that tell why a server has no session with the offer of the lane `qtls`: what it
 * takes at all, then each part of the offer narrowed down to ours in turn.
 *
 * What was asked for and is not in the facts, the server does not take.
 */
export async function explainByHellos(audit: Audit): Promise<void> {
  let isNew = false
  for (const protocol of ['TLSv1.3', 'TLSv1.2'] as const)
    if (await explainProtocol(audit, protocol)) isNew = true
  if (isNew) return
  for (const protocol of ['TLSv1.1', 'TLSv1', 'SSLv3'] as const) {
    const offer = { protocol, suites: suitesOf(protocol), groups: groupsOf(protocol), schemes: [] }
    if ((await audit.ask(offer)) !== undefined) return
  }
}

async function explainProtocol(audit: Audit, protocol: 'TLSv1.3' | 'TLSv1.2'): Promise<boolean> {
  const everything = {
    protocol,
    suites: suitesOf(protocol),
    groups: groupsOf(protocol),
    schemes: ALL_SCHEMES,
  }
  const first = await audit.ask(everything)
  if (first === undefined) return false
  const lane = { ...everything, suites: LANE.suites(protocol) }
  const bySuites = await audit.ask(lane)
  if (bySuites === undefined) {
    const pick = (agreement: 'ecdhe' | 'dhe'): readonly number[] =>
      everything.suites.filter(suite => agreementOf(suite) === agreement)
    if (protocol === 'TLSv1.2')
      for (const agreement of ['ecdhe', 'dhe'] as const)
        await audit.ask({ ...everything, suites: pick(agreement) })
    return true
  }
  const groups = LANE.groups(protocol)
  if ((await audit.ask({ ...lane, groups })) === undefined) {
    await otherGroups(audit, lane.groups, bySuites, groups => audit.ask({ ...lane, groups }))
    return true
  }
  const shares = groups.flatMap(group => keyShare(group) ?? [])
  const keyShares = protocol === 'TLSv1.3' ? { keyShares: shares } : {}
  const schemes = LANE.schemes
  if ((await audit.ask({ ...lane, groups, schemes, ...keyShares })) !== undefined) {
    const [known] = schemes
    if (known !== undefined) audit.addScheme(protocol, known)
    return true
  }
  // TLS 1.3 does not say what it signs with; those of ours failing, the others are tried by kind.
  for (const others of protocol === 'TLSv1.3' ? OTHER_SCHEMES : []) {
    const taken = await audit.ask({ ...lane, groups, schemes: others, ...keyShares })
    if (taken !== undefined) for (const scheme of others) audit.addScheme(protocol, scheme)
  }
  return true
}

/** Groups that the server takes in place of ours, until there is none left or it is enough. */
async function otherGroups(
  audit: Audit,
  all: readonly number[],
  first: Accepted,
  ask: (groups: readonly number[]) => Promise<Accepted | undefined>,
): Promise<void> {
  const seen: number[] = first.group === undefined ? [] : [first.group]
  while (seen.length < ENOUGH && !audit.isCut) {
    const next = await ask(all.filter(group => !seen.includes(group) && !isFiniteField(group)))
    if (next?.group === undefined) return
    seen.push(next.group)
  }
}

const ENOUGH = 4

/** Kinds of keys that the lane has no schemes for. */
const OTHER_SCHEMES: readonly (readonly number[])[] = [
  [0x0807],
  [0x0808],
  [0x081a],
  [0x081b],
  [0x081c],
]

/** What the lane offers, by number. */
const LANE = {
  suites: (protocol: Protocol): readonly number[] => {
    const names = new Set(protocol === 'TLSv1.3' ? BSI_OFFER.suites13 : LANE_12)
    return suitesOf(protocol).filter(suite => names.has(suiteName(suite)))
  },
  groups: (protocol: Protocol): readonly number[] =>
    groupsOf(protocol).filter(group => group >= 23 && group <= 25),
  schemes: ALL_SCHEMES.filter(scheme => BSI_OFFER.signatures.includes(schemeName(scheme))),
}

/** OpenSSL's names of TLS 1.2, as they stand in IANA's registry. */
const LANE_12 = BSI_OFFER.suites.map(name => {
  const hash = name.includes('CCM') ? name : name.replace(/-(SHA\d+)$/, '_$1')
  const [, exchange = '', rest = ''] = /^(ECDHE-[A-Z]+)-(.*)$/.exec(hash) ?? []
  const cipher = rest.replace(/^AES(\d+)-/, 'AES_$1_')
  return `TLS_${exchange.replace('-', '_')}_WITH_${cipher}`
})
