import { X509Certificate } from 'node:crypto'
import type { ConnectionFacts, DomainFacts, HostFacts, SessionFacts } from '../qtls/facts.js'
import type { MadeVerdict } from '../qtls/make-verdict.js'
import type { DomainVerdict } from '../qtls/verdict-model.js'
import { printable } from './output.js'

/** A verdict with what it rests on, as the contract of `postseal probe --json` has it. */
export function verdictJson({ facts, verdict, alarms, isEarlier, dueAt }: MadeVerdict): object {
  const { domain, level, reasons, match, spki, dane, until, profile, edition, bindings } = verdict
  return {
    domain,
    level,
    reasons,
    match,
    dane,
    until: time(until),
    hosts: facts.hosts.map(host => hostJson(host, verdict)),
    spki,
    profile,
    edition,
    bindings,
    alarms,
    earlier: isEarlier,
    probedAt: time(facts.probedAt),
    dueAt: time(dueAt),
    mx: mxJson(facts),
    sts: stsJson(facts),
    cut: facts.cut,
  }
}

function mxJson({ mx: { state, kind, records, aliases } }: DomainFacts): object {
  return { state, kind, records, aliases }
}

function stsJson({ sts }: DomainFacts): object {
  const { policy, ...rest } = sts
  if (policy === undefined) return rest
  return { ...rest, policy: { ...policy, fetchedAt: time(policy.fetchedAt) } }
}

function hostJson(host: HostFacts, verdict: DomainVerdict): object {
  const own = verdict.hosts.find(one => one.host === host.host)
  return {
    host: host.host,
    level: own?.level,
    dane: own?.dane,
    aliases: host.aliases,
    addresses: host.addressState,
    tlsa: host.tlsa,
    connections: host.connections.map(connectionJson),
  }
}

function connectionJson(connection: ConnectionFacts): object {
  const { at, session, widerSession, audit, ...rest } = connection
  return {
    ...rest,
    at: time(at),
    session: session && sessionJson(session),
    widerSession: widerSession && sessionJson(widerSession),
    audit: audit && { ...audit, chain: audit.chain.map(certificateJson) },
  }
}

function sessionJson({ chain, trust, staple, revocation, ...rest }: SessionFacts): object {
  return {
    ...rest,
    chain: chain.map(certificateJson),
    trust: { outcome: trust.outcome, path: trust.path, detail: trust.detail },
    stapled: staple !== undefined,
    revocation: revocation.map(({ index, sources }) => ({
      index,
      sources: sources.map(source => ({
        ...source,
        thisUpdate: time(source.thisUpdate),
        nextUpdate: time(source.nextUpdate),
        revokedAt: time(source.revokedAt),
      })),
    })),
  }
}

/** What a reader knows a certificate by; the bytes stay in the store. */
function certificateJson(base64: string): object {
  try {
    const { subject, issuer, validFrom, validTo, serialNumber, fingerprint256 } =
      new X509Certificate(Buffer.from(base64, 'base64'))
    return {
      subject: printable(subject),
      issuer: printable(issuer),
      notBefore: new Date(validFrom).toISOString(),
      notAfter: new Date(validTo).toISOString(),
      serial: serialNumber,
      sha256: fingerprint256,
    }
  } catch {
    return { error: 'it cannot be read' }
  }
}

function time(ms: number | undefined): string | undefined {
  return ms === undefined || !Number.isFinite(ms) ? undefined : new Date(ms).toISOString()
}
