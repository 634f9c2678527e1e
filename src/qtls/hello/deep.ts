import type { Accepted, Audit } from './audit.js'
import { EXTENSION, type Offer } from './client-hello.js'
import { keyShare } from './key-share.js'
import { ALL_SCHEMES, groupsOf, isFiniteField, VERSION, type Protocol } from './names.js'
import { agreementOf, isBlockMode, suitesOf } from './suites.js'

/** Suites in one hello: some servers do not read longer lists. */
const SUITES_AT_ONCE = 120

/** Everything that a server supports: what it chooses is taken out and asked for again. */
export async function deepAudit(audit: Audit): Promise<void> {
  let withGroups = true
  for (const protocol of Object.keys(VERSION).toReversed() as Protocol[]) {
    const suites = await auditProtocol(audit, protocol)
    if (protocol === 'TLSv1.3' || !withGroups) continue
    // Groups are a matter of the server, not of each version: the newest that has them will do.
    const ephemeral = suites.filter(suite => agreementOf(suite) === 'ecdhe')
    if (ephemeral.length === 0) continue
    withGroups = false
    await allGroups(audit, { ...everythingOf(protocol), suites: ephemeral })
  }
}

const everythingOf = (protocol: Protocol): Offer => ({
  protocol,
  suites: suitesOf(protocol),
  groups: groupsOf(protocol),
  schemes: ALL_SCHEMES,
})

/** Gives  the suites that the server takes. */
async function auditProtocol(audit: Audit, protocol: Protocol): Promise<readonly number[]> {
  const all = everythingOf(protocol)
  const first = await firstOf(audit, all)
  if (first === undefined) return []
  const accepted = [first, ...(await allSuites(audit, all, first))]
  const suites = accepted.map(({ suite }) => suite)
  noteFeatures(audit, accepted)
  if (protocol !== 'TLSv1.3') await askFeatures(audit, { ...all, suites })
  if (protocol === 'TLSv1.3') {
    await allGroups(audit, { ...all, suites })
    await schemesOf13(audit, { ...all, suites }, first.group)
  }
  if (protocol === 'TLSv1.2') {
    const of = (agreement: 'ecdhe' | 'dhe'): readonly number[] =>
      suites.filter(suite => agreementOf(suite) === agreement)
    // Without fields to choose from, the server has to show its own.
    await audit.ask({
      ...all,
      suites: of('dhe'),
      groups: all.groups.filter(id => !isFiniteField(id)),
    })
    const signed = [...of('ecdhe'), ...of('dhe')]
    await schemesOf12(audit, { ...all, suites: signed })
  }
  return suites
}

/** In pieces: a server may not read a list of all that there ever was. */
async function firstOf(audit: Audit, offer: Offer): Promise<Accepted | undefined> {
  for (let at = 0; at < offer.suites.length; at += SUITES_AT_ONCE) {
    const suites = offer.suites.slice(at, at + SUITES_AT_ONCE)
    const accepted = await audit.ask({ ...offer, suites })
    if (accepted !== undefined) return accepted
  }
  return undefined
}

async function allSuites(
  audit: Audit,
  offer: Offer,
  first: Accepted,
): Promise<readonly Accepted[]> {
  const found: Accepted[] = []
  for (let at = 0; at < offer.suites.length; at += SUITES_AT_ONCE) {
    let left = offer.suites.slice(at, at + SUITES_AT_ONCE).filter(id => id !== first.suite)
    for (;;) {
      const next = await audit.ask({ ...offer, suites: left })
      if (next === undefined) break
      found.push(next)
      left = left.filter(id => id !== next.suite)
    }
  }
  return found
}

async function allGroups(audit: Audit, offer: Offer): Promise<void> {
  let left = offer.groups
  while (left.length > 0) {
    const next = await audit.ask({ ...offer, groups: left })
    if (next?.group === undefined || !left.includes(next.group)) return
    left = left.filter(id => id !== next.group)
  }
}

/** TLS 1.2 says what it signs with. */
async function schemesOf12(audit: Audit, offer: Offer): Promise<void> {
  let left = offer.schemes
  while (left.length > 0) {
    const next = await audit.ask({ ...offer, schemes: left })
    if (next?.scheme === undefined || !left.includes(next.scheme)) return
    left = left.filter(id => id !== next.scheme)
  }
}

/** TLS 1.3 signs under keys: each scheme by itself, with a share that lets the server go on. */
async function schemesOf13(audit: Audit, offer: Offer, group: number | undefined): Promise<void> {
  const share = group === undefined ? undefined : keyShare(group)
  if (group === undefined || share === undefined) return
  for (const scheme of offer.schemes) {
    if (scheme < 0x0401) continue
    const only = { ...offer, schemes: [scheme], groups: [group], keyShares: [share] }
    const taken = await audit.ask(only)
    if (taken !== undefined && taken.reply.hello?.isRetry === false)
      audit.addScheme('TLSv1.3', scheme)
  }
}

/** What a server answers without being asked for it alone. */
function noteFeatures(audit: Audit, accepted: readonly Accepted[]): void {
  for (const { reply, suite } of accepted) {
    const { hello } = reply
    if (hello === undefined || hello.protocol === 'TLSv1.3' || hello.protocol === 'SSLv3') continue
    const { features } = audit
    const has = (id: number): boolean => hello.extensions.has(id)
    // One version of the protocol that lacks it is enough to say so.
    features.secureRenegotiation =
      (features.secureRenegotiation ?? true) && has(EXTENSION.renegotiationInfo)
    features.extendedMasterSecret =
      (features.extendedMasterSecret ?? true) && has(EXTENSION.extendedMasterSecret)
    if (isBlockMode(suite))
      features.encryptThenMac = (features.encryptThenMac ?? true) && has(EXTENSION.encryptThenMac)
  }
}

async function askFeatures(audit: Audit, offer: Offer): Promise<void> {
  const { features } = audit
  const taken = await audit.ask({
    ...offer,
    compression: true,
    heartbeat: offer.protocol !== 'SSLv3',
  })
  if (taken === undefined) return
  features.compression = features.compression === true || taken.reply.hello?.compression !== 0
  features.heartbeat =
    features.heartbeat === true || taken.reply.hello?.extensions.has(EXTENSION.heartbeat) === true
}
