import { boolean, duration, integer, path, text } from './kinds.js'
import type { Settings } from './setting.js'

/** Certificates and OpenPGP keys of recipients. */
export const KEYS = {
  min_rsa_bits: integer({
    default: 2048,
    min: 2048,
    max: 16_384,
    doc: 'RSA keys of recipients must have so many bits, or nothing is encrypted to them.',
  }),
  authorities: path({
    default: '/etc/ssl/certs/ca-certificates.crt',
    doc: 'PEM file of the authorities that are believed about certificates which no administrator has imported.',
  }),
  harvest: boolean({
    default: false,
    doc: 'Keep the certificate of somebody outside with which a mail to inside is signed, when an authority in `authorities` has issued it; it is used after whatever an administrator has imported.',
  }),
  wkd: boolean({
    default: false,
    doc: "Ask the server of a recipient's domain for an OpenPGP key (Web Key Directory), over HTTPS, before a message is sealed for somebody without one, and by `postseal key find`.",
  }),
  ldap_url: text({
    default: '',
    example: 'ldaps://directory.example.org',
    maxLength: 300,
    pattern: /^(?:ldaps?:\/\/(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?)?$/,
    values: 'ldap://HOST, ldaps://HOST, with a port where it is another',
    doc: 'Directory that is asked for certificates of recipients, without a login, before a message is sealed for somebody without one, and by `postseal key find`. Empty: none.',
  }),
  ldap_base: text({
    default: '',
    example: 'dc=example,dc=org',
    maxLength: 500,
    pattern: /^[^\p{Cc}]*$/u,
    values: 'a distinguished name',
    doc: 'Where in the directory recipients are looked for.',
  }),
  lookup_timeout: duration({
    default: '10s',
    min: '100ms',
    max: '60s',
    doc: 'How long a directory or a server may take to answer.',
  }),
} as const satisfies Settings
