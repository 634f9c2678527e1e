import type { TlsFiles } from './tls-front.js'

/** A server of openssl that an audit is tried on. */
export interface AuditServer {
  readonly name: string
  options(files: TlsFiles): Promise<readonly string[]>
}

const server = (
  name: string,
  kind: string,
  more: readonly string[] = [],
  other?: (files: TlsFiles) => readonly string[] | Promise<readonly string[]>,
): AuditServer => ({
  name,
  options: async files => [
    ...(await files.certificate(kind)),
    ...more,
    ...(other === undefined ? [] : await other(files)),
  ],
})

const RSA = 'rsa:2048'
const ANY = 'ALL:eNULL:@SECLEVEL=0'

/** As different as openssl 3.0 can be made. */
export const AUDIT_SERVERS: readonly AuditServer[] = [
  server('as it comes', RSA),
  server('an EC key', 'ec:prime256v1'),
  server('everything there is', RSA, ['-cipher', ANY, '-client_renegotiation'], async files => {
    const [, cert = '', , key = ''] = await files.certificate('ec:prime256v1')
    return ['-dcert', cert, '-dkey', key]
  }),
  server('TLS 1.1 only', RSA, ['-tls1_1', '-cipher', ANY]),
  server('TLS 1.0 only', RSA, ['-tls1', '-cipher', ANY]),
  server('TLS 1.3 only', RSA, ['-tls1_3']),
  server('X25519 only', RSA, ['-curves', 'X25519']),
  server('Brainpool only', RSA, ['-curves', 'brainpoolP256r1:brainpoolP384r1', '-tls1_2']),
  server('without forward secrecy', RSA, ['-tls1_2', '-cipher', 'kRSA']),
  server('a group of 1024 bits', RSA, ['-tls1_2', '-cipher', 'DHE:@SECLEVEL=0'], files =>
    files.dhOf1024(),
  ),
  server('ChaCha20 only', RSA, [
    '-cipher',
    'CHACHA20',
    '-ciphersuites',
    'TLS_CHACHA20_POLY1305_SHA256',
  ]),
  server('CBC only', RSA, [
    '-tls1_2',
    '-cipher',
    'ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384',
  ]),
  server('an Ed25519 key', 'ed25519'),
  server('a Brainpool key', 'ec:brainpoolP256r1', ['-tls1_2']),
  server('P-384 first', 'ec:secp384r1', ['-curves', 'P-384:P-256', '-serverpref']),
]

/** Those that say most, for a short run. */
export const SHORT_RUN: readonly string[] = ['as it comes', 'everything there is', 'TLS 1.1 only']

export function auditServer(name: string): AuditServer {
  const found = AUDIT_SERVERS.find(one => one.name === name)
  if (found === undefined) throw new Error(`no server ${name}`)
  return found
}

interface Difference {
  readonly servers: readonly string[]
  readonly oracle: 'sslscan' | 'testssl'
  /** What only we see, and what only the other one does. */
  readonly more?: RegExp
  readonly missing?: RegExp
  readonly why: string
}

const DIFFERENCES: readonly Difference[] = [
  {
    servers: ['Brainpool only', 'a Brainpool key'],
    oracle: 'sslscan',
    more: /^TLSv1\.2 (?:TLS_ECDHE_|group )/,
    why: 'sslscan offers no Brainpool curve when it asks for suites, so it finds none with ECDHE',
  },
  {
    servers: ['ChaCha20 only'],
    oracle: 'sslscan',
    more: /^TLSv1\.2 group /,
    why: 'sslscan asks for groups of TLS 1.2 with suites of AES only',
  },
]

/** What another program sees differently, and why that is so; see docs/design/audit-oracles.md. */
export function knownDifference(
  server: string,
  oracle: 'sslscan' | 'testssl',
  found: { readonly missing: readonly string[]; readonly more: readonly string[] },
): string | undefined {
  const fits = (seen: readonly string[], allowed: RegExp | undefined): boolean =>
    seen.every(one => allowed?.test(one) === true)
  return DIFFERENCES.find(
    one =>
      one.oracle === oracle &&
      one.servers.includes(server) &&
      fits(found.more, one.more) &&
      fits(found.missing, one.missing),
  )?.why
}
