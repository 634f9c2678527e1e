import type { Config } from '../../config/load.js'
import { productLane } from '../../policy/lanes.js'
import { parseList } from '../parameters.js'
import type { Service } from '../services.js'
import { fail, warn, type Check, type Problem } from './check.js'
import { lanesThere } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { serverWay } from './filter-ways.js'
import { editOf, isYes, keyOf, serviceNamed, valueOf, whereIs } from './view.js'

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
      if (allowed.includes(level)) {
        return level === 'none' ? inClear(facts, lane) : deaf(facts, lane)
      }
      const value = allowed[0] ?? 'secure'
      return fail(`Lane ${lane.name} has the TLS level ${level || 'none'}.`, {
        at: [whereIs(facts, 'smtp_tls_security_level', lane)],
        remedy: `Set smtp_tls_security_level=${value} for it.`,
        fix: [{ service: keyOf(lane), parameter: 'smtp_tls_security_level', value }],
      })
    }),
}

/** A product is trusted to protect what it is given, if it gets it unread. */
function inClear(facts: DoctorFacts, lane: Service): readonly Problem[] {
  const { product, file } = facts.config
  const there = product.find(({ name }) => productLane(name) === lane.name)
  if (there === undefined || serverWay(there.next_hop) !== 'away') return []
  return [
    warn(`What is handed over to ${there.name} goes to ${there.next_hop} in clear text.`, {
      at: [{ file, parameter: 'product', value: there.name }],
      remedy: 'Set tls to "encrypt" or "secure" in its [[product]] table.',
    }),
  ]
}

/** A lane that does not hear STARTTLS delivers in clear text, or not at all. */
function deaf(facts: DoctorFacts, lane: Service): readonly Problem[] {
  const parameter = 'smtp_discard_ehlo_keywords'
  const words = parseList(valueOf(facts, parameter, lane).toLowerCase())
  if (!words.includes('starttls')) return []
  const rest = words.filter(word => word !== 'starttls').join(', ')
  return [
    fail(`Lane ${lane.name} does not hear that a server offers TLS.`, {
      at: [whereIs(facts, parameter, lane)],
      remedy: `Take starttls out of ${parameter}.`,
      fix: [editOf(parameter, rest, lane)],
    }),
  ]
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

/**
 * Postfix takes a resumed session for verified as it was, names included, and which sessions are kept
 * is said by tlsmgr(8): at the lane the setting has no effect.
 */
const sessions: Check = {
  id: 'lane-sessions',
  fine: 'The lane qtls verifies each server anew.',
  look: facts => {
    const lane = serviceNamed(facts, 'qtls')
    if (lane === undefined) return []
    const cache = 'smtp_tls_session_cache_database'
    const manager = serviceNamed(facts, valueOf(facts, 'tlsmgr_service_name', lane) || 'tlsmgr')
    if ((manager?.options.get(cache) ?? valueOf(facts, cache)) === '') return []
    return [
      fail('The lane qtls resumes sessions: a domain that lost its entry is served for an hour.', {
        at: [whereIs(facts, 'tlsmgr_service_name', lane)],
        remedy: 'Run `postseal setup postfix --apply`.',
        fix: 'setup',
      }),
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
      const suites = 'tls_high_cipherlist'
      if (hasWeakSuites(valueOf(facts, suites, lane))) {
        problems.push(
          fail(`Lane ${name} calls suites high that are not.`, {
            at: [whereIs(facts, suites, lane)],
            remedy: 'Run `postseal setup postfix --apply`.',
            fix: 'setup',
          }),
        )
      }
      return problems
    }),
}

/**
 * Whether a list of suites adds some that are not of grade high; those that are taken out again
 * (`-aNULL`) or kept out (`!MD5`) do no harm.
 *
 * Source  ciphers(1), "CIPHER STRINGS"
 */
function hasWeakSuites(list: string): boolean {
  return list
    .split(/[\s,:]+/)
    .some(word =>
      /^\+?(?:e?NULL|ALL|COMPLEMENTOF\w+|EXP\w*|LOW|MEDIUM|RC4|3?DES|MD5)\b/i.test(word),
    )
}

/**
 * Whether a list of protocols leaves nothing older than TLS 1.2.
 *
 * Source  postconf(5), smtp_tls_mandatory_protocols: `>=TLSv1.2`, exclusions, or names alone
 */
export function isFrom12(value: string): boolean {
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
      const promised = !['none', 'may', 'dane'].includes(
        valueOf(facts, 'smtp_tls_security_level', lane),
      )
      const parameter = 'smtp_tls_connection_reuse'
      if (promised && isYes(valueOf(facts, parameter, lane))) {
        return fail(`Lane ${lane.name} reuses TLS sessions, which drops its limits on suites.`, {
          at: [whereIs(facts, parameter, lane)],
          remedy: `Set ${parameter}=no for it.`,
          fix: [{ service: keyOf(lane), parameter, value: 'no' }],
        })
      }
      return keepsFallback(facts, lane)
    }),
}

/** A kept connection to the fallback is used for the next message to the same domain at once. */
function keepsFallback(facts: DoctorFacts, lane: Service): readonly Problem[] {
  if (valueOf(facts, 'smtp_fallback_relay', lane) === '') return []
  const parameter = 'smtp_connection_cache_on_demand'
  if (!isYes(valueOf(facts, parameter, lane))) return []
  return [
    warn(`Lane ${lane.name} keeps connections: after one failure a domain is not tried again.`, {
      at: [whereIs(facts, parameter, lane)],
      remedy: `Set ${parameter}=no for it.`,
      fix: [{ service: keyOf(lane), parameter, value: 'no' }],
    }),
  ]
}

/** What the lanes promise by their names. */
export const LANE_TLS_CHECKS: readonly Check[] = [levels, unlisted, sessions, protocols, reuse]
