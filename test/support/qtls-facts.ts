import { parseCertificate } from '../../src/qtls/certificate.js'
import { buildTrust, trustStore } from '../../src/qtls/chain-trust.js'
import type {
  CertificateStatus,
  ConnectionFacts,
  DomainFacts,
  HostFacts,
  RevocationSource,
  SessionFacts,
} from '../../src/qtls/facts.js'
import { CRL_URL, NOW, OCSP_URL, type Issued, type Pki } from './tls-certificates.js'

const HOUR = 3_600_000

/** Facts of a domain that qualifies: signed, one server, one address, everything as it should be. */
export function goodFacts(pki: Pki, change: Partial<DomainFacts> = {}): DomainFacts {
  return {
    domain: 'example.com',
    probedAt: NOW,
    mx: {
      state: 'secure',
      kind: 'mx',
      records: [{ preference: 10, host: 'mx1.example.com' }],
      aliases: [],
      ttlSeconds: 86_400,
    },
    sts: NO_STS,
    hosts: [goodHost(pki)],
    cut: [],
    ...change,
  }
}

export const NO_STS: DomainFacts['sts'] = {
  state: 'none',
  id: undefined,
  policy: undefined,
  fromCache: false,
  failure: undefined,
}

export function stsPolicy(mx: readonly string[], mode: 'enforce' | 'testing' = 'enforce') {
  return {
    ...NO_STS,
    state: 'announced',
    id: '1',
    policy: { mode, mx, maxAgeSeconds: 604_800, fetchedAt: NOW },
  } satisfies DomainFacts['sts']
}

export function goodHost(pki: Pki, change: Partial<HostFacts> = {}): HostFacts {
  return {
    host: 'mx1.example.com',
    aliases: [],
    isLiteral: false,
    addressState: 'secure',
    addressTtlSeconds: 86_400,
    tlsa: { state: 'none', owner: undefined, records: [] },
    connections: [connection(goodSession(pki))],
    ...change,
  }
}

export function connection(
  session: SessionFacts | undefined,
  change: Partial<ConnectionFacts> = {},
): ConnectionFacts {
  return {
    ip: '192.0.2.1',
    at: NOW,
    ms: 30,
    end: session === undefined ? 'handshake-failed' : 'tls',
    phase: session === undefined ? 'handshake' : 'done',
    reply: undefined,
    extensions: ['STARTTLS'],
    takesInjection: false,
    session,
    widerSession: undefined,
    tlsFailure: undefined,
    audit: undefined,
    ...change,
  }
}

/** A connection that ended before there was TLS. */
export const ended = (
  end: ConnectionFacts['end'],
  phase: ConnectionFacts['phase'] = 'banner',
): ConnectionFacts => connection(undefined, { end, phase })

export function goodSession(pki: Pki, change: Partial<SessionFacts> = {}): SessionFacts {
  return sessionOf([pki.leaf, pki.authority], [pki.root], change)
}

/** A session with a chain as sent, judged against a store. */
export function sessionOf(
  sent: readonly Issued[],
  roots: readonly Issued[],
  change: Partial<SessionFacts> = {},
): SessionFacts {
  const chain = sent.map(({ base64 }) => base64)
  const store = trustStore(
    roots.flatMap(({ der }) => {
      const facts = parseCertificate(der)
      return facts === undefined ? [] : [facts]
    }),
  )
  return {
    protocol: 'TLSv1.3',
    suite: 'TLS_AES_256_GCM_SHA384',
    group: 'secp256r1',
    groupBits: 256,
    chain,
    chainCut: false,
    trust: buildTrust(chain, store),
    staple: undefined,
    revocation: sent.map((_, index) =>
      status(index, source('crl'), ...(index === 0 ? [source('ocsp')] : [])),
    ),
    ...change,
  }
}

export const status = (
  index: number,
  ...sources: readonly RevocationSource[]
): CertificateStatus => ({
  index,
  sources,
})

export function source(
  method: RevocationSource['method'],
  state: RevocationSource['state'] = 'good',
  change: Partial<RevocationSource> = {},
): RevocationSource {
  const isAnswer = state === 'good' || state === 'revoked' || state === 'unknown'
  return {
    method,
    url: method === 'crl' ? CRL_URL : method === 'ocsp' ? OCSP_URL : '',
    state,
    thisUpdate: isAnswer ? NOW - HOUR : undefined,
    nextUpdate: isAnswer ? NOW + 48 * HOUR : undefined,
    revokedAt: state === 'revoked' ? NOW - 24 * HOUR : undefined,
    detail: undefined,
    ...change,
  }
}
