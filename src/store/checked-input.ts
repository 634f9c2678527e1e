import { parseDomain } from '../config/domain-name.js'
import { GatewayError } from '../errors.js'
import type { WaitingDecision } from './admin.js'
import { checkedDomain } from './domain-name.js'

/** Longest reason and name that are kept. */
const MAX_TEXT = 1000

/** Most host names of one domain. */
const MAX_HOSTS = 100

/** Throws ERR_STORE_INPUT for an act that nobody answers for; `what` names it. */
export function checkPerson(
  { by, reason }: { readonly by: string; readonly reason: string },
  what: string,
): void {
  if (by.trim() === '') throw wrongInput(`${what} needs a name`)
  if (reason.trim() === '') throw wrongInput(`${what} needs a reason`)
  if (by.length > MAX_TEXT || reason.length > MAX_TEXT) {
    throw wrongInput(`name and reason may have ${MAX_TEXT} characters at most`)
  }
}

/** Throws ERR_STORE_INPUT for a decision that nobody answers for, or that names nothing. */
export function checkDecision(decision: WaitingDecision): void {
  checkPerson(decision, 'a decision on mail that waits')
  if (decision.id.trim() === '') throw wrongInput('a decision needs a reference or queue id')
  if (!['released', 'cancelled'].includes(decision.verdict)) {
    throw wrongInput(`not a decision: ${shown(decision.verdict)}`)
  }
}

/**
 * Host names in their one spelling: lower case, IDNA, each once.
 *
 * Throws  ERR_STORE_INPUT for what is no host name, such as an address or a whole subtree.
 */
export function checkedHosts(hosts: readonly string[]): readonly string[] {
  if (hosts.length > MAX_HOSTS) throw wrongInput(`more than ${MAX_HOSTS} host names`)
  return [...new Set(hosts.map(checkedHost))]
}

function checkedHost(host: string): string {
  const name = host.startsWith('.') || host.length > MAX_TEXT ? undefined : parseDomain(host)
  // Digits at the end make an address, which a certificate names in another way.
  if (name === undefined || !/^(?!.*(?:^|\.)\d+$).+\../.test(name) || name.includes('_')) {
    throw wrongInput(`not a host name: ${shown(host)}`)
  }
  return name
}

/**
 * A domain in its one spelling, or with a leading dot everything below one.
 *
 * Throws  ERR_STORE_INPUT for anything else.
 */
export function checkedPattern(pattern: string): string {
  if (!pattern.startsWith('.')) return checkedDomain(pattern)
  const name = pattern.length > MAX_TEXT ? undefined : parseDomain(pattern)
  if (name === undefined) throw wrongInput(`not a domain: ${shown(pattern)}`)
  return name
}

/**
 * A next hop as transport(5) has it, without a look-up of MX records: `[mx.example.org]:25`.
 *
 * Throws  ERR_STORE_INPUT for what is no host in brackets with or without a port.
 */
export function checkedNextHop(nextHop: string): string {
  const [, host, port] = NEXT_HOP.exec(nextHop) ?? []
  if (host === undefined || Number(port ?? 25) > 65_535) {
    throw wrongInput(`not a next hop such as [mx.example.org]:25: ${shown(nextHop)}`)
  }
  const name = ADDRESS.test(host) ? host.toLowerCase() : checkedHost(host)
  return `[${name}]${port === undefined ? '' : `:${port}`}`
}

const NEXT_HOP = /^\[([^\s[\]]{1,255})\](?::([1-9][0-9]{0,4}))?$/
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|ipv6:[0-9a-f:.]{2,45})$/i

export function wrongInput(what: string): GatewayError {
  return new GatewayError('ERR_STORE_INPUT', { what })
}

function shown(value: string): string {
  return JSON.stringify(value.slice(0, 100))
}
