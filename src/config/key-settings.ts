import { integer, path } from './kinds.js'
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
} as const satisfies Settings
