import { domainMatcher } from '../../policy/matcher.js'
import { fail, unknown, warn, type Check, type Problem } from './check.js'
import { insideDomains, type InsideDomain } from './domain-lists.js'
import type { DoctorFacts } from './facts.js'
import { transportTables } from './transport-tables.js'

/** Domains that our settings hold to be outside although Postfix delivers them inside. */
const missing: Check = {
  id: 'internal-domains-missing',
  fine: 'Every domain that Postfix delivers inside is in internal_domains.',
  look: facts => {
    const isInternal = domainMatcher(facts.config.internal_domains)
    const { domains, unread } = insideDomains(facts)
    const problems = domains
      .filter(({ domain }) => !isInternal(sampleOf(domain)))
      .map(inside => missingOne(facts, inside))
    return [
      ...problems,
      ...unread.map(({ list, what }) =>
        unknown(`${list} names ${what}, which cannot be listed.`, {
          at: [{ parameter: list, value: what }],
          remedy: 'Compare its domains with internal_domains by hand.',
        }),
      ),
    ]
  },
}

function missingOne(facts: DoctorFacts, { domain, list, at }: InsideDomain): Problem {
  const remedy = `Add "${domain}" to internal_domains in ${facts.config.file ?? 'milter.conf'}.`
  if (list === 'relay_domains') {
    return fail(`Mail to ${domain} is relayed without a decision, though it counts as external.`, {
      at: [at],
      remedy: domain.startsWith('.')
        ? `${remedy} Or take relay_domains out of parent_domain_matches_subdomains.`
        : remedy,
    })
  }
  const message = `${domain} is delivered here but counts as external: its mail waits or is refused.`
  const details = { at: [at], remedy }
  return /^localhost\b/.test(domain) ? warn(message, details) : fail(message, details)
}

/** Domains that our settings hold to be inside although Postfix does not know them. */
const unserved: Check = {
  id: 'internal-domains-unserved',
  fine: 'Every domain in internal_domains is one that Postfix delivers inside.',
  look: facts => {
    const { domains, unread } = insideDomains(facts)
    const served = [...domains.map(({ domain }) => domain), ...transportKeys(facts)]
    const lost = facts.config.internal_domains.filter(domain => !isServed(domain, served))
    return lost.map(domain => {
      const message = `${domain} counts as internal, but Postfix has no place for it: its mail is refused at split with 451.`
      const details = {
        at: [{ file: facts.config.file, parameter: 'internal_domains', value: domain }],
        remedy: `Give it a transport in transport_maps or a place in relay_domains, or take it out of internal_domains.`,
      }
      return unread.length > 0 ? unknown(message, details) : fail(message, details)
    })
  },
}

/** Domains with a next hop of their own are served, whatever the lists say. */
function transportKeys(facts: DoctorFacts): readonly string[] {
  return transportTables(facts).flatMap(name =>
    (facts.tables.get(name)?.entries ?? []).map(({ key }) => key.slice(key.lastIndexOf('@') + 1)),
  )
}

/** `.example.org` is served when something below it, or all of it, is. */
function isServed(domain: string, served: readonly string[]): boolean {
  const isBelow = domainMatcher(served)
  if (!domain.startsWith('.')) return isBelow(domain)
  return isBelow(sampleOf(domain)) || served.some(one => domainMatcher([domain])(sampleOf(one)))
}

/** A domain for which an entry stands. */
function sampleOf(domain: string): string {
  return domain.startsWith('.') ? `x${domain}` : domain
}

/** Inside and outside, as Postfix and as our settings see it. */
export const DOMAIN_CHECKS: readonly Check[] = [missing, unserved]
