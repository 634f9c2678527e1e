import { boolean, choice, duration, integer, list, path, size, text } from './kinds.js'
import type { Settings } from './setting.js'

/** `127.0.0.1`, `[::1]:53`, `tls://192.0.2.1:853#dns.example`; read again by the prober. */
const NAME_SERVER = {
  pattern:
    /^(?:tls:\/\/)?(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:.]*::?[0-9A-Fa-f:.]*)(?::\d{1,5})?(?:#[A-Za-z0-9.-]{1,253})?$/,
  values: '"ADDRESS", "ADDRESS:PORT" or "tls://ADDRESS#NAME"',
  maxLength: 400,
} as const

const NAME = {
  pattern: /^[A-Za-z0-9._-]*$/,
  values: 'a domain name',
  maxLength: 253,
} as const

/** How the servers of recipients' domains are looked at. */
export const PROBER = {
  in_daemon: boolean({
    default: true,
    doc: 'Whether `postseal run` looks at domains: at once at those that mail waits for, at others when their time has come. Without it, something else runs `postseal probe --watch`.',
  }),
  on_demand_per_hour: integer({
    default: 100,
    min: 1,
    max: 1_000_000,
    doc: 'Unknown domains that are looked at at once for one sender within an hour; more of them wait for the hours after.',
  }),
  resolver: text({
    ...NAME_SERVER,
    default: '127.0.0.1',
    example: 'tls://192.0.2.1#dns.example.net',
    doc: 'The name server whose word about DNSSEC counts: a validating one on this machine, or by DNS over TLS one that you trust.',
  }),
  signed_name: text({
    ...NAME,
    default: '.',
    doc: 'A name that is signed; at start the resolver has to say so. The root is.',
  }),
  bogus_name: text({
    ...NAME,
    default: 'dnssec-failed.org',
    doc: 'A name whose signature is wrong; at start the resolver has to refuse it. Empty: it is not looked at.',
  }),
  other_resolvers: list({
    default: [],
    max: 10,
    of: text({ ...NAME_SERVER, doc: '' }),
    example: ['tls://192.0.2.1#dns.example.net', 'tls://198.51.100.1#dns.example.com'],
    doc: 'Independent resolvers, by DNS over TLS, that are asked for the servers of a domain whose zone is not signed; see `agreement` in bindings.',
  }),
  bindings: list({
    default: ['dnssec', 'dane', 'mta-sts', 'confirmation'],
    max: 6,
    of: choice({
      values: ['dnssec', 'dane', 'mta-sts', 'confirmation', 'own-name', 'agreement'],
      default: 'dnssec',
      doc: '',
    }),
    doc: 'What counts as proof that a server is that of a domain. own-name: its name lies within the domain and its certificate is good; agreement: three other resolvers have said so for a day.',
  }),
  tls_profile: text({
    default: 'bsi-compatible',
    example: 'bsi-2026',
    maxLength: 1000,
    pattern: /^[^\0]+$/,
    values: 'the name of a TLS profile, or a file',
    doc: 'Rules for suites, keys and certificates: bsi-compatible, bsi-2026, or a file of your own.',
  }),
  ca_file: path({
    default: '/etc/ssl/certs/ca-certificates.crt',
    doc: 'The certificate authorities that are trusted, as PEM: those that the lane `qtls` trusts.',
  }),
  allowed_networks: list({
    default: [],
    max: 100,
    of: text({
      doc: '',
      maxLength: 60,
      pattern: /^[0-9A-Fa-f:.]+(?:\/\d{1,3})?$/,
      values: 'a network such as "10.0.0.0/8"',
    }),
    example: ['10.20.0.0/16'],
    doc: 'Private networks that may be connected to; loopback, private and own addresses are left alone otherwise.',
  }),
  test_injection: boolean({
    default: true,
    doc: 'Send NOOP in the clear behind STARTTLS, to find servers that take it for a protected command. Strict servers note it as a violation of the protocol and are asked again without it.',
  }),
  concurrency: integer({
    default: 20,
    min: 1,
    max: 500,
    doc: 'Domains that are looked at at the same time; one connection at a time to each server.',
  }),
  dns_timeout: duration({
    default: '10s',
    min: '100ms',
    max: '2m',
    doc: 'How long an answer of the resolver may take, further tries included.',
  }),
  connect_timeout: duration({
    default: '15s',
    min: '100ms',
    max: '5m',
    doc: 'How long a connection to a mail server may take to come about.',
  }),
  smtp_timeout: duration({
    default: '30s',
    min: '100ms',
    max: '10m',
    doc: 'How long a mail server may take for its banner, and for the answer to each command.',
  }),
  handshake_timeout: duration({
    default: '15s',
    min: '100ms',
    max: '5m',
    doc: 'How long a TLS handshake may take.',
  }),
  fetch_timeout: duration({
    default: '20s',
    min: '100ms',
    max: '5m',
    doc: 'How long an MTA-STS policy, a revocation list or an OCSP answer may take to come.',
  }),
  max_crl_size: size({
    default: '32M',
    min: '64K',
    max: '1G',
    doc: 'A longer revocation list is not taken; then OCSP has to answer.',
  }),
  cache_directory: path({
    default: 'revocation',
    doc: 'Where revocation lists and OCSP answers are kept until they run out; a relative path counts from state_directory.',
  }),
  cache_size: size({
    default: '256M',
    min: '1M',
    max: '64G',
    doc: 'Space for revocation lists and OCSP answers, in memory and on the disk; what runs out first goes first.',
  }),
  domain_timeout: duration({
    default: '3m',
    min: '1s',
    max: '1h',
    doc: 'How long all of a domain may take; what was not reached by then counts as silent.',
  }),
  max_hosts: integer({
    default: 10,
    min: 1,
    max: 100,
    doc: 'Mail servers of a domain that are looked at, the most preferred first.',
  }),
  max_addresses: integer({
    default: 8,
    min: 1,
    max: 50,
    doc: 'Addresses of one mail server that are looked at.',
  }),
} as const satisfies Settings
