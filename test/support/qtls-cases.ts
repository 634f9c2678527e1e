import { createHash } from 'node:crypto'
import type {
  ConnectionEnd,
  ConnectionFacts,
  DomainFacts,
  HostFacts,
  SessionFacts,
} from '../../src/qtls/facts.js'
import type { ReasonCode } from '../../src/qtls/reason-codes.js'
import type { DomainVerdict } from '../../src/qtls/verdict-model.js'
import {
  connection,
  ended,
  goodFacts,
  goodHost,
  goodSession,
  NO_STS,
  sessionOf,
  source,
  status,
  stsPolicy,
} from './qtls-facts.js'
import { certificate, NOW, pki, type Pki, type Wanted } from './tls-certificates.js'

/** What is wrong with a domain that would qualify otherwise, and what is made of it. */
export interface QtlsCase {
  readonly what: string
  readonly facts: DomainFacts
  readonly level: DomainVerdict['level']
  /** Codes in the order of the reasons. */
  readonly codes: readonly ReasonCode[]
  readonly profile?: string
}

/** One for each code at least. */
export async function qtlsCases(): Promise<readonly QtlsCase[]> {
  const good = await pki()
  return [
    {
      what: 'everything is as it should be',
      facts: goodFacts(good),
      level: 'qualified',
      codes: [],
    },
    ...ofDns(good),
    ...ofTheWay(good),
    ...ofSts(good),
    ...ofSessions(good),
    ...(await ofCertificates(good)),
    ...ofRevocation(good),
  ]
}

type Row = readonly [string, DomainFacts, QtlsCase['level'], ...ReasonCode[]]

const cases = (rows: readonly Row[]): readonly QtlsCase[] =>
  rows.map(([what, facts, level, ...codes]) => ({ what, facts, level, codes }))

function ofDns(good: Pki): readonly QtlsCase[] {
  const facts = goodFacts(good)
  const mx = (change: Partial<DomainFacts['mx']>): DomainFacts => ({
    ...facts,
    mx: { ...facts.mx, ...change },
  })
  const host = (change: Partial<HostFacts>): DomainFacts =>
    goodFacts(good, { hosts: [goodHost(good, change)] })
  const insecure = mx({ state: 'insecure' })
  return cases([
    ['the MX records are not signed', insecure, 'mandatory', 'dns_insecure_mx'],
    [
      'the addresses are not signed',
      host({ addressState: 'insecure' }),
      'mandatory',
      'dns_insecure_mx',
    ],
    [
      'the signatures of the MX records are wrong',
      mx({ state: 'bogus' }),
      'undetermined',
      'dns_bogus',
    ],
    [
      'the name servers fail',
      mx({ state: 'servfail', kind: 'unanswered' }),
      'undetermined',
      'dns_servfail',
    ],
    [
      'the name servers are silent',
      mx({ state: 'timeout', kind: 'unanswered' }),
      'undetermined',
      'dns_timeout',
    ],
    [
      'the signatures of the addresses are wrong',
      host({ addressState: 'bogus' }),
      'undetermined',
      'dns_bogus',
    ],
    [
      'nobody says whether there are TLSA records',
      host({ tlsa: { state: 'servfail', owner: undefined, records: [] } }),
      'undetermined',
      'dns_servfail',
    ],
    ['there is no such domain', { ...mx({ kind: 'nxdomain' }), hosts: [] }, 'none', 'nxdomain'],
    ['the domain takes no mail', { ...mx({ kind: 'null-mx' }), hosts: [] }, 'none', 'null_mx'],
    ['no server has an address', host({ connections: [] }), 'none', 'no_address'],
    ['there is no server at all', { ...facts, hosts: [] }, 'none', 'no_address'],
    ['the domain has no MX record', mx({ kind: 'implicit' }), 'qualified', 'implicit_mx'],
    [
      'the MX record names an alias',
      host({ aliases: ['real.example.net'] }),
      'qualified',
      'mx_cname',
    ],
    [
      'the MX record is an address',
      host({ host: '192.0.2.1', isLiteral: true }),
      'mandatory',
      'mx_ip_literal',
      'host_mismatch',
    ],
  ])
}

function ofTheWay(good: Pki): readonly QtlsCase[] {
  const of = (...connections: ConnectionFacts[]): DomainFacts =>
    goodFacts(good, { hosts: [goodHost(good, { connections })] })
  const session = goodSession(good)
  const bad = connection({ ...session, suite: 'TLS_CHACHA20_POLY1305_SHA256' }, { ip: '192.0.2.2' })
  const ends: readonly (readonly [ConnectionEnd, QtlsCase['level'], ReasonCode])[] = [
    ['smtp-4xx', 'undetermined', 'smtp_4xx'],
    ['smtp-5xx', 'undetermined', 'smtp_5xx'],
    ['timeout', 'undetermined', 'timeout'],
    ['refused', 'undetermined', 'connect_refused'],
    ['unreachable', 'undetermined', 'unreachable'],
    ['closed', 'undetermined', 'connection_closed'],
    ['protocol-error', 'undetermined', 'connection_closed'],
    ['no-starttls', 'none', 'no_starttls'],
    ['starttls-stripped', 'none', 'starttls_stripped'],
    ['handshake-failed', 'none', 'handshake_failed'],
    ['forbidden-address', 'none', 'no_address'],
  ]
  return cases([
    ...ends.map(([end, level, code]): Row => [
      `the connection ends with ${end}`,
      of(ended(end)),
      level,
      code,
    ]),
    [
      'the server believes what came before the handshake',
      of(connection(session, { takesInjection: true })),
      'mandatory',
      'starttls_injection',
    ],
    [
      'two addresses of the server differ',
      of(connection(session), bad),
      'mandatory',
      'host_inconsistent',
      'suite_not_bsi',
    ],
    [
      'one of two addresses cannot be reached',
      of(connection(session), { ...ended('unreachable', 'tcp'), ip: '192.0.2.2' }),
      'qualified',
      'unreachable',
    ],
  ])
}

function ofSts(good: Pki): readonly QtlsCase[] {
  const unsigned = { ...goodFacts(good).mx, state: 'insecure' } as const
  const failure = { code: 'sts_fetch', detail: 'timeout' } as const
  const announced = { ...NO_STS, state: 'announced', id: '1' } as const
  const facts = (change: Partial<DomainFacts>): DomainFacts => goodFacts(good, change)
  return cases([
    [
      'an enforced policy binds in place of DNSSEC',
      facts({ mx: unsigned, sts: stsPolicy(['mx1.example.com']) }),
      'qualified',
    ],
    [
      'an enforced policy with a wildcard binds one label more',
      facts({ mx: unsigned, sts: stsPolicy(['*.example.com']) }),
      'qualified',
    ],
    [
      'a policy in testing mode binds nothing',
      facts({ mx: unsigned, sts: stsPolicy(['mx1.example.com'], 'testing') }),
      'mandatory',
      'dns_insecure_mx',
    ],
    [
      'an enforced policy does not name the server',
      facts({ sts: stsPolicy(['mx2.example.com']) }),
      'mandatory',
      'sts_mx_mismatch',
    ],
    [
      'a policy is announced and not to be had',
      facts({ sts: { ...announced, failure } }),
      'undetermined',
      'sts_fetch',
    ],
    [
      'a policy is announced and not to be had, of a server with DANE, which needs none',
      facts({ sts: { ...announced, failure }, hosts: [goodHost(good, daneOf(good))] }),
      'qualified',
    ],
    [
      'the same where one of two servers has DANE: the other is left out',
      facts({
        sts: { ...announced, failure },
        hosts: [goodHost(good, daneOf(good)), goodHost(good, { host: 'mx2.example.com' })],
      }),
      'qualified',
      'sts_fetch',
      'host_mismatch',
    ],
    [
      'a policy is announced and not valid',
      facts({ sts: { ...announced, failure: { code: 'sts_invalid', detail: 'no version' } } }),
      'undetermined',
      'sts_invalid',
    ],
    [
      'a policy cannot be had, but one is known from before',
      facts({ mx: unsigned, sts: { ...stsPolicy(['mx1.example.com']), fromCache: true, failure } }),
      'qualified',
    ],
  ])
}

/** TLSA records of the authority. */
const daneOf = (good: Pki): Partial<HostFacts> => ({
  tlsa: {
    state: 'secure',
    owner: '_25._tcp.mx1.example.com',
    records: [
      {
        usage: 2,
        selector: 0,
        matchingType: 1,
        data: sha256(good.authority.der).toString('base64'),
      },
    ],
  },
})

function ofSessions(good: Pki): readonly QtlsCase[] {
  const session = goodSession(good)
  const facts = (only: ConnectionFacts): DomainFacts =>
    goodFacts(good, { hosts: [goodHost(good, { connections: [only] })] })
  const wider = (change: Partial<SessionFacts>, more: Partial<ConnectionFacts> = {}): DomainFacts =>
    facts(
      connection(undefined, {
        end: 'tls',
        widerSession: { ...session, ...change },
        tlsFailure: 'handshake failure',
        ...more,
      }),
    )
  const audit = {
    isDeep: false,
    hellos: 3,
    suites: {},
    groups: {},
    signatureSchemes: {},
    dhBits: undefined,
    chain: [],
    secureRenegotiation: undefined,
    clientRenegotiation: undefined,
    compression: undefined,
    heartbeat: undefined,
    extendedMasterSecret: undefined,
    encryptThenMac: undefined,
  } as const
  const old = { ...audit, suites: { TLSv1: ['TLS_RSA_WITH_AES_128_CBC_SHA'], 'TLSv1.2': [] } }
  const tls12 = { protocol: 'TLSv1.2', group: undefined, groupBits: undefined } as const
  const brainpool = {
    ...audit,
    suites: { 'TLSv1.2': ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'] },
    groups: { 'TLSv1.2': ['brainpoolP256r1'] },
  }
  return cases([
    ['nothing newer than TLS 1.1', wider({ protocol: 'TLSv1.1' }), 'none', 'protocol_too_old'],
    [
      'a few hellos find nothing newer than TLS 1.0',
      facts(connection(undefined, { audit: old })),
      'none',
      'protocol_too_old',
    ],
    [
      'no forward secrecy',
      wider({ ...tls12, suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256' }),
      'mandatory',
      'no_pfs',
    ],
    [
      'only ChaCha20',
      wider({ suite: 'TLS_CHACHA20_POLY1305_SHA256' }),
      'mandatory',
      'suite_not_bsi',
    ],
    [
      'only CBC, which is listed',
      wider({ ...tls12, suite: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256' }),
      'mandatory',
      'suite_not_bsi',
    ],
    ['only X25519', wider({ group: 'x25519' }), 'mandatory', 'kex_group_not_bsi'],
    [
      'only a group of 1024 bits',
      wider(
        { ...tls12, suite: 'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384', group: 'dh', groupBits: 1024 },
        {
          audit: {
            ...audit,
            suites: { 'TLSv1.2': ['TLS_DHE_RSA_WITH_AES_256_GCM_SHA384'] },
            dhBits: 1024,
          },
        },
      ),
      'mandatory',
      'dh_too_short',
    ],
    [
      'only brainpool',
      wider({ ...tls12, group: 'brainpoolP256r1' }, { audit: brainpool }),
      'mandatory',
      'unsupported_by_sender',
    ],
    ['a scheme that is not listed', wider({}), 'mandatory', 'sig_not_bsi'],
  ])
}

async function ofCertificates(good: Pki): Promise<readonly QtlsCase[]> {
  const made = async (leaf: Partial<Wanted>, authority?: Partial<Wanted>): Promise<DomainFacts> =>
    goodFacts(await pki(leaf, authority))
  const chain = (session: SessionFacts): DomainFacts =>
    goodFacts(good, { hosts: [goodHost(good, { connections: [connection(session)] })] })
  const alone = await certificate({
    name: 'mx1.example.com',
    dns: ['mx1.example.com'],
    use: 'alone',
  })
  const tlsa = (usage: number, data: Buffer): DomainFacts => {
    const records = [{ usage, selector: 0, matchingType: 1, data: data.toString('base64') }]
    const owner = '_25._tcp.mx1.example.com'
    return goodFacts(good, {
      hosts: [goodHost(good, { tlsa: { state: 'secure', owner, records } })],
    })
  }
  const digest = Buffer.alloc(32, 7)
  return cases([
    ['RSA of 1024 bits', await made({ kind: 'rsa1024' }), 'mandatory', 'key_too_short'],
    ['RSA of 2048 bits', await made({ kind: 'rsa2048' }), 'qualified', 'rsa_lt_3000'],
    [
      'PKCS #1 signatures',
      await made({}, { kind: 'rsa2048' }),
      'qualified',
      'rsa_lt_3000',
      'cert_sig_rsa_pkcs1_v15',
    ],
    ['RSASSA-PSS signatures', await made({}, { kind: 'rsaPss' }), 'qualified', 'rsa_lt_3000'],
    ['SHA-1', await made({}, { kind: 'rsaSha1' }), 'mandatory', 'sig_sha1', 'rsa_lt_3000'],
    ['an Ed25519 key', await made({ kind: 'ed25519' }), 'mandatory', 'sig_not_bsi'],
    ['expired', await made({ to: '2026-11-29T00:00:00Z' }), 'mandatory', 'cert_expired'],
    [
      'an expired authority',
      await made({}, { to: '2026-11-29T00:00:00Z' }),
      'mandatory',
      'cert_expired',
    ],
    [
      'not valid yet',
      await made({ from: '2026-12-01T00:00:00Z' }),
      'mandatory',
      'cert_not_yet_valid',
    ],
    [
      'for clients only',
      await made({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'] }),
      'mandatory',
      'cert_purpose',
    ],
    [
      'issued by a server',
      await made({}, { isCa: false, keyUsage: CERT_SIGN }),
      'mandatory',
      'cert_constraint',
    ],
    ['self-signed', chain(sessionOf([alone], [good.root])), 'mandatory', 'chain_self_signed'],
    [
      'of an authority that nobody trusts',
      chain(sessionOf([good.leaf, good.authority, good.root], [])),
      'mandatory',
      'chain_untrusted',
    ],
    [
      'without the authority',
      chain(sessionOf([good.leaf], [good.root])),
      'mandatory',
      'chain_incomplete',
    ],
    ['for another name', await made({ dns: ['other.example.com'] }), 'mandatory', 'host_mismatch'],
    ['TLSA records of another certificate', tlsa(3, digest), 'mandatory', 'dane_mismatch'],
    ['TLSA records for the web', tlsa(1, digest), 'qualified', 'dane_unusable'],
    ['TLSA records of the authority', tlsa(2, sha256(good.authority.der)), 'qualified'],
    [
      'without anything about revocation',
      withRevocation(await pki(NO_SOURCES), [status(1, source('crl'))]),
      'mandatory',
      'revocation_no_source',
    ],
  ])
}

/** keyCertSign and cRLSign, as the library that makes certificates counts them. */
const CERT_SIGN = 96
const NO_SOURCES = { crl: undefined, ocsp: undefined }

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()

function withRevocation(made: Pki, revocation: SessionFacts['revocation']): DomainFacts {
  const session = goodSession(made, { revocation })
  return goodFacts(made, { hosts: [goodHost(made, { connections: [connection(session)] })] })
}

function ofRevocation(good: Pki): readonly QtlsCase[] {
  const of = (...sources: Parameters<typeof source>[]): DomainFacts =>
    withRevocation(good, [
      status(0, ...sources.map(one => source(...one))),
      status(1, source('crl')),
    ])
  const over = { nextUpdate: NOW - 1 }
  return cases([
    ['revoked by the list', of(['crl', 'revoked'], ['ocsp', 'good']), 'mandatory', 'revoked'],
    ['revoked by the staple', of(['crl', 'good'], ['staple', 'revoked']), 'mandatory', 'revoked'],
    ['OCSP is down', of(['crl', 'good'], ['ocsp', 'unavailable']), 'qualified', 'ocsp_unavailable'],
    [
      'the list is not to be had',
      of(['crl', 'unavailable'], ['ocsp', 'good']),
      'qualified',
      'crl_unavailable',
    ],
    [
      'both are down',
      of(['crl', 'unavailable'], ['ocsp', 'unavailable']),
      'mandatory',
      'revocation_unavailable',
    ],
    ['the list is old', of(['crl', 'good', over]), 'mandatory', 'revocation_unavailable'],
    [
      'nobody knows the certificate',
      of(['ocsp', 'unknown']),
      'mandatory',
      'revocation_unavailable',
    ],
    [
      'signed by somebody else',
      of(['ocsp', 'bad-signature']),
      'mandatory',
      'revocation_bad_signature',
    ],
    [
      'nobody was asked',
      withRevocation(good, []),
      'mandatory',
      'revocation_unavailable',
      'revocation_unavailable',
    ],
  ])
}
