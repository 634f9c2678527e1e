import type { Service } from '../services.js'
import type { DoctorFacts } from './facts.js'
import { RESTRICTION_LISTS, type Restriction } from './restrictions.js'
import { restrictionsOf } from './smtpd-view.js'

/** What becomes of a stranger who wants to send to a stranger. */
export interface Outcome {
  readonly verdict: 'refused' | 'permitted' | 'unsure'
  /** The list and the restriction that decided, or the one that nobody can foresee. */
  readonly list: string
  readonly because: string
}

/**
 * What a stranger's client gets who names a recipient outside: it is in no network of ours, has not
 * logged in and shows no certificate; for whom a certificate is enough, see CERTIFICATE_CHECKS. Read from the settings alone; no client is tried.
 *
 * Gives   `refused` when some list refuses whatever tables say; `unsure` when it depends on what a
 *         table or a policy service answers; else `permitted`.
 * Source  SMTPD_ACCESS_README; smtpd_check.c, smtpd_check_rcpt: relay before recipient restrictions,
 *         a permit ends only its own list
 */
export function outcomeFor(facts: DoctorFacts, service: Service | undefined): Outcome {
  const outcomes = RESTRICTION_LISTS.map(list => walk(facts, list, service))
  const refused = outcomes.find(({ verdict }) => verdict === 'refused')
  if (refused !== undefined) return refused
  const relay = outcomes.filter(({ list }) => /relay|recipient/.test(list))
  return (
    relay.find(({ verdict }) => verdict === 'unsure') ??
    relay.find(({ verdict }) => verdict === 'permitted') ?? {
      verdict: 'permitted',
      list: 'smtpd_relay_restrictions',
      because: 'no restriction refuses',
    }
  )
}

function walk(facts: DoctorFacts, list: string, service: Service | undefined): Outcome {
  let unsure: string | undefined
  let warnOnly = false
  for (const restriction of restrictionsOf(facts, list, service)) {
    if (restriction.name === 'warn_if_reject') {
      warnOnly = true
      continue
    }
    const effect = effectOf(facts, restriction)
    const because = [restriction.name, restriction.argument ?? ''].join(' ').trim()
    if (effect === 'refuses' && !warnOnly) {
      return unsure === undefined
        ? { verdict: 'refused', list, because }
        : { verdict: 'unsure', list, because: unsure }
    }
    if (effect === 'permits') return { verdict: 'permitted', list, because }
    if (effect === 'may-permit') unsure ??= because
    warnOnly = false
  }
  return unsure === undefined
    ? { verdict: 'permitted', list, because: 'the end of the list' }
    : { verdict: 'unsure', list, because: unsure }
}

type Effect = 'refuses' | 'permits' | 'may-permit' | 'nothing'

/** Restrictions that refuse a stranger who writes to a stranger, always. */
const REFUSE = new Set(['reject', 'defer', 'reject_unauth_destination', 'defer_unauth_destination'])
/** Those that let in whoever is known, which this client is not. */
const FOR_THE_KNOWN = new Set([
  'permit_mynetworks',
  'permit_sasl_authenticated',
  'permit_tls_clientcerts',
  'permit_tls_all_clientcerts',
  'permit_auth_destination',
  'permit_inet_interfaces',
])
/** Those that may let in anybody, depending on what others say. */
const MAY_PERMIT =
  /^(?:check_.*_access|check_policy_service|permit_mx_backup|permit_naked_ip_address|permit_dnswl_client|permit_rhswl_client)$/

function effectOf(facts: DoctorFacts, { name, argument }: Restriction): Effect {
  if (REFUSE.has(name)) return 'refuses'
  if (name === 'permit') return 'permits'
  if (FOR_THE_KNOWN.has(name)) return 'nothing'
  if (!MAY_PERMIT.test(name)) return 'nothing'
  if (name === 'check_client_access' && permitsEverybody(facts, argument)) return 'permits'
  return tablePermits(facts, argument) ? 'may-permit' : 'nothing'
}

/** `static:OK` and `0.0.0.0/0 OK` let in every client. */
function permitsEverybody(facts: DoctorFacts, argument: string | undefined): boolean {
  const entries = argument === undefined ? undefined : facts.tables.get(argument)?.entries
  return (entries ?? []).some(
    ({ key, value }) => ['*', '0.0.0.0/0'].includes(key) && /^(?:OK|PERMIT)\b/i.test(value.trim()),
  )
}

/** Whether an access table can answer with anything but a refusal. */
function tablePermits(facts: DoctorFacts, argument: string | undefined): boolean {
  const entries = argument === undefined ? undefined : facts.tables.get(argument)?.entries
  if (entries === undefined) return true
  return entries.some(({ value }) => {
    const answer = value.trim()
    return /^(?:OK|PERMIT|\d+$|permit_)/i.test(answer) && !FOR_THE_KNOWN.has(answer.toLowerCase())
  })
}
