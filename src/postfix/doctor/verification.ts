import { fail, warn, type Check } from './check.js'
import { laneNames } from './expected.js'
import { RESTRICTION_LISTS } from './restrictions.js'
import { restrictionsOf } from './smtpd-view.js'
import { keyOf, serviceNamed, servicesOf, valueOf, whereIs } from './view.js'

/** Transports by which an address is verified. */
const TRANSPORTS = ['address_verify_default_transport', 'address_verify_relay_transport'] as const

const USERS = /^reject_unverified_(?:sender|recipient)$/

const verification: Check = {
  id: 'address-verification',
  fine: 'Addresses are verified with their own servers, or not at all.',
  look: facts => {
    const users = servicesOf(facts, 'smtpd').flatMap(service =>
      RESTRICTION_LISTS.flatMap(list =>
        restrictionsOf(facts, list, service).some(({ name }) => USERS.test(name))
          ? [whereIs(facts, list, service)]
          : [],
      ),
    )
    if (users.length === 0) return []
    return TRANSPORTS.flatMap(parameter => {
      const value = valueOf(facts, parameter)
      const name = value.split(':')[0] ?? ''
      const at = [whereIs(facts, parameter), ...users]
      const fix = [{ parameter, value: 'smtp' }]
      const remedy = `Set ${parameter} to smtp, a service without a fallback relay.`
      if (laneNames(facts.config).includes(name)) {
        return fail(`Addresses are verified by lane ${name}, whose own listener says yes to all.`, {
          at,
          remedy,
          fix,
        })
      }
      const service = serviceNamed(facts, name)
      const fallback = valueOf(facts, 'smtp_fallback_relay', service)
      if (service === undefined || service.command !== 'smtp' || fallback === '') return []
      return fail(`Addresses are verified by ${keyOf(service)}, whose fallback says yes to all.`, {
        at: [...at, whereIs(facts, 'smtp_fallback_relay', service)],
        remedy,
        fix,
      })
    })
  },
}

/** Versions in which `dane` in a policy map holds for unsigned MX records, too. */
const DANE_MENDED = ['3.6.17', '3.7.13', '3.8.8', '3.9.2', '3.10.0'] as const

/**
 * Whether a version of Postfix needs smtp_tls_dane_insecure_mx_policy to be set.
 *
 * Gives   true for versions of a series that never was mended.
 */
export function needsDanePolicy(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number)
  const mended = DANE_MENDED.map(one => one.split('.').map(Number))
  const own = mended.find(
    ([otherMajor, otherMinor]) => otherMajor === major && otherMinor === minor,
  )
  if (own !== undefined) return patch < (own[2] ?? 0)
  const last = mended.at(-1) ?? []
  return major < (last[0] ?? 0) || (major === last[0] && minor < (last[1] ?? 0))
}

const dane: Check = {
  id: 'dane',
  fine: 'The lane qtls asks for signed DNS, and DANE holds for what it finds.',
  look: facts => {
    const lane = serviceNamed(facts, 'qtls')
    if (lane === undefined) return []
    const support = valueOf(facts, 'smtp_dns_support_level', lane)
    const policy = 'smtp_tls_dane_insecure_mx_policy'
    const problems = []
    if (support !== 'dnssec') {
      problems.push(
        fail('The lane qtls does not ask for signed DNS: domains with DANE get no mail by it.', {
          at: [whereIs(facts, 'smtp_dns_support_level', lane)],
          remedy: 'Set smtp_dns_support_level=dnssec for it.',
          fix: [{ service: keyOf(lane), parameter: 'smtp_dns_support_level', value: 'dnssec' }],
        }),
      )
    }
    if (needsDanePolicy(facts.postfix.version) && valueOf(facts, policy, lane) !== 'dane') {
      problems.push(
        fail(
          `Postfix ${facts.postfix.version} ignores DANE where MX records are unsigned, unless it is told.`,
          {
            at: [whereIs(facts, policy, lane)],
            remedy: `Set ${policy}=dane for the lane qtls.`,
            fix: [{ service: keyOf(lane), parameter: policy, value: 'dane' }],
          },
        ),
      )
    }
    return problems
  },
}

const hostLookup: Check = {
  id: 'host-lookup',
  fine: 'The lane qtls looks servers up in DNS only.',
  look: facts => {
    const lane = serviceNamed(facts, 'qtls')
    if (lane === undefined) return []
    const lookup = valueOf(facts, 'smtp_host_lookup', lane)
    if (lookup === 'dns') return []
    return [
      warn(`The lane qtls finds servers by ${lookup}, where no signature protects the answer.`, {
        at: [whereIs(facts, 'smtp_host_lookup', lane)],
        remedy: 'Set smtp_host_lookup=dns for it.',
        fix: [{ service: keyOf(lane), parameter: 'smtp_host_lookup', value: 'dns' }],
      }),
    ]
  },
}

/** What is asked of the world before a message goes: addresses, DNS. */
export const VERIFICATION_CHECKS: readonly Check[] = [verification, dane, hostLookup]
