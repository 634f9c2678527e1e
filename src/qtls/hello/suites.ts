import type { Protocol } from './names.js'
import type { Agreement } from './server-reply.js'
import { allSuites, suiteName } from './suite-names.js'

/** How a suite agrees on keys, by its name. */
export function agreementOf(suite: number): Agreement {
  const name = suiteName(suite)
  if (/^TLS_ECDHE?_(?:RSA|ECDSA|anon)_/.test(name)) return isFixed(name) ? 'other' : 'ecdhe'
  return /^TLS_DHE?_(?:RSA|DSS|anon)_/.test(name) && !isFixed(name) ? 'dhe' : 'other'
}

/** The key of the certificate itself agrees: `TLS_DH_RSA`, `TLS_ECDH_ECDSA`. */
const isFixed = (name: string): boolean => /^TLS_(?:EC)?DH_(?:RSA|ECDSA|DSS)_/.test(name)

const is13 = (suite: number): boolean => suite >> 8 === 0x13

/** Those that a protocol knows: TLS 1.3 has suites of its own, and only TLS 1.2 has AEAD and SHA-2. */
export function suitesOf(protocol: Protocol): readonly number[] {
  const suites = allSuites()
  if (protocol === 'TLSv1.3') return suites.filter(is13)
  const older = suites.filter(suite => !is13(suite))
  if (protocol === 'TLSv1.2') return older
  return older.filter(suite => !/GCM|CCM|POLY1305|SHA256$|SHA384$/.test(suiteName(suite)))
}

/** Ephemeral key agreement, whoever signs it. */
export const hasEphemeralKeys = (suite: number): boolean => agreementOf(suite) !== 'other'

/** For the extension encrypt_then_mac to be of use. */
export const isBlockMode = (suite: number): boolean => suiteName(suite).includes('_CBC_')
