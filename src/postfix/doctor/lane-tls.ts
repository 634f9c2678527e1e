import type { Config } from '../../config/load.js'
import { productLane } from '../../policy/lanes.js'
import { fail, type Check, type Problem } from './check.js'
import { lanesThere } from './expected.js'
import { isYes, keyOf, serviceNamed, valueOf, whereIs } from './view.js'

/** Levels that a lane may have; the first is what setup writes. */
function levelsOf(config: Config, lane: string): readonly string[] {
  const product = config.product.find(({ name }) => productLane(name) === lane)
  if (product !== undefined) {
    if (product.tls === 'none') return ['none', 'may', 'encrypt', 'secure', 'verify']
    return product.tls === 'encrypt'
      ? ['encrypt', 'verify', 'secure', 'fingerprint', 'dane-only']
      : ['secure', 'fingerprint', 'dane-only']
  }
  switch (lane) {
    case 'qtls':
      return ['secure']
    case 'tls':
      return ['encrypt', 'verify', 'secure', 'dane-only']
    case 'sealed':
      return ['may', 'dane', 'encrypt', 'none']
    default:
      return ['none']
  }
}

const levels: Check = {
  id: 'lane-levels',
  fine: 'Each lane has the TLS that its name promises.',
  look: facts =>
    lanesThere(facts).flatMap(lane => {
      const allowed = levelsOf(facts.config, lane.name)
      const level = valueOf(facts, 'smtp_tls_security_level', lane)
      if (allowed.includes(level)) return []
      const value = allowed[0] ?? 'secure'
      return fail(`Lane ${lane.name} has the TLS level ${level || 'none'}.`, {
        at: [whereIs(facts, 'smtp_tls_security_level', lane)],
        remedy: `Set smtp_tls_security_level=${value} for it.`,
        fix: [{ service: keyOf(lane), parameter: 'smtp_tls_security_level', value }],
      })
    }),
}

/** A name that no server has a certificate for (RFC 6761, section 6.4). */
const NEVER = 'unqualified.invalid'

const unlisted: Check = {
  id: 'lane-unlisted',
  fine: 'A domain without an entry cannot pass the lane qtls.',
  look: facts => {
    const lane = serviceNamed(facts, 'qtls')
    if (lane === undefined) return []
    const match = valueOf(facts, 'smtp_tls_secure_cert_match', lane)
    if (match.split(/[\s,:]+/).every(name => name.endsWith('.invalid'))) return []
    return [
      fail(
        'A domain that was never verified can pass the lane qtls with a certificate of its own.',
        {
          at: [whereIs(facts, 'smtp_tls_secure_cert_match', lane)],
          remedy: `Set smtp_tls_secure_cert_match=${NEVER} for it.`,
          fix: [{ service: keyOf(lane), parameter: 'smtp_tls_secure_cert_match', value: NEVER }],
        },
      ),
    ]
  },
}

const protocols: Check = {
  id: 'lane-protocols',
  fine: 'The lanes qtls and tls use TLS 1.2 or later, with suites of grade high.',
  look: facts =>
    ['qtls', 'tls'].flatMap(name => {
      const lane = serviceNamed(facts, name)
      if (lane === undefined) return []
      const problems: Problem[] = []
      if (!isFrom12(valueOf(facts, 'smtp_tls_mandatory_protocols', lane))) {
        problems.push(
          fail(`Lane ${name} may use a protocol older than TLS 1.2.`, {
            at: [whereIs(facts, 'smtp_tls_mandatory_protocols', lane)],
            remedy: 'Set smtp_tls_mandatory_protocols to !SSLv2, !SSLv3, !TLSv1, !TLSv1.1 for it.',
            fix: [
              {
                service: keyOf(lane),
                parameter: 'smtp_tls_mandatory_protocols',
                value: '!SSLv2,!SSLv3,!TLSv1,!TLSv1.1',
              },
            ],
          }),
        )
      }
      if (valueOf(facts, 'smtp_tls_mandatory_ciphers', lane) !== 'high') {
        problems.push(
          fail(`Lane ${name} may use suites below grade high.`, {
            at: [whereIs(facts, 'smtp_tls_mandatory_ciphers', lane)],
            remedy: 'Set smtp_tls_mandatory_ciphers=high for it.',
            fix: [{ service: keyOf(lane), parameter: 'smtp_tls_mandatory_ciphers', value: 'high' }],
          }),
        )
      }
      return problems
    }),
}

/**
 * Whether a list of protocols leaves nothing older than TLS 1.2.
 *
 * Source  postconf(5), smtp_tls_mandatory_protocols: `>=TLSv1.2`, exclusions, or names alone
 */
function isFrom12(value: string): boolean {
  const words = value.split(/[\s,:]+/).filter(word => word !== '')
  if (words.some(word => /^>=(?:TLSv1\.[23]|0*30[34])$/i.test(word))) return true
  const named = words.filter(word => !word.startsWith('!') && !/^[<>]=/.test(word))
  if (named.length > 0) return named.every(word => /^TLSv1\.[23]$/i.test(word))
  const excluded = new Set(words.map(word => word.replace(/^!/, '').toLowerCase()))
  return ['sslv3', 'tlsv1', 'tlsv1.1'].every(name => excluded.has(name))
}

const reuse: Check = {
  id: 'connection-reuse',
  fine: 'The lanes make a TLS session of their own for each delivery.',
  look: facts =>
    lanesThere(facts).flatMap(lane => {
      if (!isYes(valueOf(facts, 'smtp_tls_connection_reuse', lane))) return []
      return fail(`Lane ${lane.name} reuses TLS sessions, which drops its limits on suites.`, {
        at: [whereIs(facts, 'smtp_tls_connection_reuse', lane)],
        remedy: 'Set smtp_tls_connection_reuse=no for it.',
        fix: [{ service: keyOf(lane), parameter: 'smtp_tls_connection_reuse', value: 'no' }],
      })
    }),
}

/** What the lanes promise by their names. */
export const LANE_TLS_CHECKS: readonly Check[] = [levels, unlisted, protocols, reuse]
