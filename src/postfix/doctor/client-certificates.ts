import { parseList } from '../parameters.js'
import type { Service } from '../services.js'
import { fail, warn, type Check, type Evidence, type Problem } from './check.js'
import type { DoctorFacts } from './facts.js'
import { ourMilter } from './our-milter.js'
import { accessTables } from './restrictions.js'
import { doorServices, restrictionsOf } from './smtpd-view.js'
import { isYes, keyOf, valueOf, whereIs } from './view.js'

/** Lets in whoever has a certificate of any authority that Postfix trusts. */
const ANY = 'permit_tls_all_clientcerts'
/** Lets in those whose fingerprints are listed, whoever issued their certificates. */
const LISTED = 'permit_tls_clientcerts'

const anyCertificate: Check = {
  id: 'client-certificates',
  fine: 'Where a certificate is enough to relay, the milter asks whose it is.',
  look: facts => doorServices(facts).flatMap(service => problemsAt(facts, service)),
}

function problemsAt(facts: DoctorFacts, service: Service): readonly Problem[] {
  const at = whereStands(facts, service, ANY)
  if (at === undefined) return []
  const door = keyOf(service)
  const takeOut = `take ${ANY} out of ${at.parameter}.`
  if (!isAsked(facts, service)) {
    return [
      fail(`${door} relays for every trusted certificate: the milter does not see it there.`, {
        at: [at],
        remedy: `Run \`postseal setup postfix --apply\`, or ${takeOut}`,
      }),
    ]
  }
  if (facts.config.mode === 'observe') {
    return [
      fail(
        `${door} relays for every trusted certificate: with mode = "observe" nobody is refused.`,
        {
          at: [at],
          remedy: `Set mode to "enforce", or ${takeOut}`,
        },
      ),
    ]
  }
  if (facts.config.connector.length === 0) {
    return [
      fail(`${door} lets clients in for a certificate, and the milter refuses them all.`, {
        at: [at],
        remedy: `Name them in [[connector]] tables of milter.conf, or ${takeOut}`,
      }),
    ]
  }
  return unverified(facts, service)
}

/** Whether the milter meets a client at its door; behind a filter it meets the filter. */
function isAsked(facts: DoctorFacts, service: Service): boolean {
  const options = parseList(valueOf(facts, 'receive_override_options', service))
  return (
    ourMilter(facts, valueOf(facts, 'smtpd_milters', service)) !== undefined &&
    valueOf(facts, 'smtpd_proxy_filter', service) === '' &&
    !options.includes('no_milters')
  )
}

/** Why no certificate is ever verified at a door. */
function unverified(facts: DoctorFacts, service: Service): readonly Problem[] {
  const isSet = (name: string): boolean => valueOf(facts, name, service) !== ''
  const asks = ['smtpd_tls_ask_ccert', 'smtpd_tls_req_ccert'].some(name =>
    isYes(valueOf(facts, name, service)),
  )
  if (!asks) {
    return [
      fail(`${keyOf(service)} asks no client for a certificate, so no connector fits.`, {
        at: [whereIs(facts, 'smtpd_tls_ask_ccert', service)],
        remedy: 'Set smtpd_tls_ask_ccert to yes.',
        fix: [{ parameter: 'smtpd_tls_ask_ccert', value: 'yes' }],
      }),
    ]
  }
  const trusts =
    isSet('smtpd_tls_CAfile') ||
    isSet('smtpd_tls_CApath') ||
    isYes(valueOf(facts, 'tls_append_default_CA', service))
  if (trusts) return []
  return [
    fail(`${keyOf(service)} trusts no authority, so no certificate of a client is verified.`, {
      at: [whereIs(facts, 'smtpd_tls_CAfile', service)],
      remedy: 'Put the authority of the connectors’ certificates into smtpd_tls_CAfile.',
    }),
  ]
}

const connectors: Check = {
  id: 'connectors',
  fine: 'Connectors are let in, and by nothing that the milter cannot see.',
  look: facts => {
    const { connector, file } = facts.config
    if (connector.length === 0) return []
    const doors = doorServices(facts)
    const isOpen = doors.some(service => whereStands(facts, service, ANY) !== undefined)
    const closed = warn(
      'No door lets a client in for its certificate: connectors have no effect.',
      {
        at: [{ file, parameter: 'connector', value: connector.map(({ name }) => name).join(', ') }],
        remedy: `Put ${ANY} into smtpd_relay_restrictions, before reject_unauth_destination.`,
      },
    )
    return [...(isOpen ? [] : [closed]), ...doors.flatMap(service => byFingerprint(facts, service))]
  },
}

function byFingerprint(facts: DoctorFacts, service: Service): readonly Problem[] {
  const at = whereStands(facts, service, LISTED)
  if (at === undefined) return []
  return [
    warn(
      `${keyOf(service)} lets clients in by fingerprint: where Postfix does not trust the issuer, the milter sees no certificate and asks for no tenant.`,
      {
        at: [at],
        remedy: 'List in relay_clientcerts only certificates that one client alone has.',
      },
    ),
  ]
}

/**
 * Where a restriction stands that lets clients relay: in the list that says who may, in a class, or
 * in a table that the list asks.
 */
function whereStands(facts: DoctorFacts, service: Service, wanted: string): Evidence | undefined {
  const [relay, recipient] = ['smtpd_relay_restrictions', 'smtpd_recipient_restrictions'] as const
  const list = valueOf(facts, relay, service) === '' ? recipient : relay
  const restrictions = restrictionsOf(facts, list, service)
  const stands =
    restrictions.some(({ name }) => name === wanted) ||
    accessTables(restrictions).some(table =>
      facts.tables.get(table)?.entries?.some(({ value }) => words(value).includes(wanted)),
    )
  return stands ? whereIs(facts, list, service) : undefined
}

function words(value: string): readonly string[] {
  return parseList(value).map(word => word.toLowerCase())
}

/** Whom Postfix lets in for a certificate. */
export const CERTIFICATE_CHECKS: readonly Check[] = [anyCertificate, connectors]
