import type { Service } from '../services.js'
import { addressOf } from '../lanes/names.js'
import { parseList } from '../parameters.js'
import { fail, warn, type Check, type Problem } from './check.js'
import { listenersOf, serviceAt, type Listener } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { isLoopbackNetwork, networksOf } from './networks.js'
import { outcomeFor } from './outside-client.js'
import { isLoopback, isYes, keyOf, servicesOf, valueOf, whereIs, whereServed } from './view.js'

const SETUP = 'Run `postseal setup postfix --apply`.'

const present: Check = {
  id: 'listeners',
  fine: 'Each lane has its listener on a loopback address.',
  look: facts =>
    listenersOf(facts.config).flatMap(({ pass, address }) => {
      const service = serviceAt(facts, address)
      if (service?.command === 'smtpd') return []
      const file = `${facts.postfix.configDirectory}/master.cf`
      if (service !== undefined) {
        return fail(`At ${address} ${service.command} listens, not the listener ${pass}.`, {
          at: [whereServed(facts, service)],
          remedy: `Give the listener another address in section [postfix] of milter.conf.`,
        })
      }
      const open = elsewhere(facts, address)
      if (open !== undefined) {
        return fail(`The listener ${pass} is reachable from outside: ${keyOf(open)}.`, {
          at: [whereServed(facts, open)],
          remedy: `Name it ${address} in master.cf.`,
        })
      }
      return fail(`There is no listener ${pass} at ${address}: its lane hands back to nobody.`, {
        at: [{ file, service: `${address}/inet` }],
        remedy: SETUP,
        fix: 'setup',
      })
    }),
}

/** A service on the port of a listener, at an address that is not of this machine alone. */
function elsewhere(facts: DoctorFacts, address: string): Service | undefined {
  const { port } = addressOf(address)
  return servicesOf(facts, 'smtpd').find(service => {
    const at = addressOf(service.name)
    return service.type === 'inet' && at.port === port && !isLoopback(at.host)
  })
}

const closed: Check = {
  id: 'listener-clients',
  fine: 'The listeners take mail from this machine only.',
  look: facts =>
    overListeners(facts, (service, { pass }) => {
      const { networks, others } = networksOf(facts, service)
      const own = new Set(
        ['smtp_bind_address', 'smtp_bind_address6'].map(name => valueOf(facts, name)),
      )
      const strange = networks
        .filter(network => !isLoopbackNetwork(network) && !own.has(network.address))
        .map(({ text }) => text)
      const problems: Problem[] = []
      if (strange.length > 0 || others.length > 0) {
        problems.push(
          fail(`The listener ${pass} trusts ${[...strange, ...others].join(', ')}.`, {
            at: [whereIs(facts, 'mynetworks', service)],
            remedy: `Set mynetworks=127.0.0.0/8 for ${keyOf(service)}.`,
            fix: [{ service: keyOf(service), parameter: 'mynetworks', value: '127.0.0.0/8' }],
          }),
        )
      }
      const outcome = outcomeFor(facts, service)
      if (outcome.verdict !== 'refused') {
        problems.push(
          fail(`The listener ${pass} does not refuse strangers by its own restrictions.`, {
            at: [whereIs(facts, 'smtpd_relay_restrictions', service)],
            remedy: `Set smtpd_relay_restrictions=permit_mynetworks,reject for ${keyOf(service)}.`,
            fix: [
              {
                service: keyOf(service),
                parameter: 'smtpd_relay_restrictions',
                value: 'permit_mynetworks,reject',
              },
            ],
          }),
        )
      }
      return problems
    }),
}

const mappings: Check = {
  id: 'listener-mappings',
  fine: 'The listeners map no addresses and make no copies.',
  look: facts =>
    overListeners(facts, (service, { pass }) => {
      const parameter = 'receive_override_options'
      const options = parseList(valueOf(facts, parameter, service))
      if (options.includes('no_address_mappings')) return []
      return [
        fail(`The listener ${pass} maps addresses and makes copies a second time.`, {
          at: [whereIs(facts, parameter, service)],
          remedy: `Add no_address_mappings to ${parameter} of ${keyOf(service)}.`,
          fix: [
            {
              service: keyOf(service),
              parameter,
              value: [...options, 'no_address_mappings'].join(','),
            },
          ],
        }),
      ]
    }),
}

/** Settings for the outer doors that would turn a lane away: parameter, value, what happens. */
const PLAIN = [
  ['smtpd_upstream_proxy_protocol', '', 'waits for a proxy to speak first'],
  ['smtpd_proxy_filter', '', 'hands messages to a content filter once more'],
  ['smtpd_data_restrictions', '', 'has the restrictions for clients outside'],
  ['smtpd_end_of_data_restrictions', '', 'has the restrictions for clients outside'],
  ['smtpd_helo_restrictions', '', 'has the restrictions for clients outside'],
  ['smtpd_sender_restrictions', '', 'has the restrictions for clients outside'],
  ['smtpd_command_filter', '', 'changes what the lane says'],
] as const

const plain: Check = {
  id: 'listener-restrictions',
  fine: 'The listeners have none of the settings for clients outside.',
  look: facts =>
    overListeners(facts, (service, { pass }) => [
      ...PLAIN.flatMap(([parameter, wanted, what]) => {
        if (valueOf(facts, parameter, service) === wanted) return []
        return warn(`The listener ${pass} ${what}.`, {
          at: [whereIs(facts, parameter, service)],
          remedy: `Set ${parameter}= for ${keyOf(service)}.`,
          fix: [{ service: keyOf(service), parameter, value: wanted }],
        })
      }),
      ...tlsDemanded(facts, service, pass),
    ]),
}

/** The lanes come without TLS, since they never leave the machine. */
function tlsDemanded(facts: DoctorFacts, service: Service, pass: string): readonly Problem[] {
  const parameter = 'smtpd_tls_security_level'
  const wrapped = isYes(valueOf(facts, 'smtpd_tls_wrappermode', service))
  if (valueOf(facts, parameter, service) !== 'encrypt' && !wrapped) return []
  const wrong = wrapped ? 'smtpd_tls_wrappermode' : parameter
  const value = wrapped ? 'no' : 'none'
  return [
    fail(`The listener ${pass} wants TLS, which the lane split does not speak: all mail waits.`, {
      at: [whereIs(facts, wrong, service)],
      remedy: `Set ${wrong}=${value} for ${keyOf(service)}.`,
      fix: [{ service: keyOf(service), parameter: wrong, value }],
    }),
  ]
}

function overListeners(
  facts: DoctorFacts,
  look: (service: Service, listener: Listener) => readonly Problem[],
): readonly Problem[] {
  return listenersOf(facts.config).flatMap(listener => {
    const service = serviceAt(facts, listener.address)
    return service?.command === 'smtpd' ? look(service, listener) : []
  })
}

/** The doors by which messages come back. */
export const LISTENER_CHECKS: readonly Check[] = [present, closed, mappings, plain]
