import { fail, unknown, warn, type Check, type Problem } from './check.js'
import type { DoctorFacts } from './facts.js'
import type { ResolverFacts } from './live-facts.js'
import { lanesThere } from './expected.js'
import { isLoopback } from './view.js'

/** What resolv.conf says, as far as it matters here. */
export interface ResolvConf {
  /** The first three count (resolv.conf(5)); none stands for this machine. */
  readonly nameServers: readonly string[]
  readonly options: readonly string[]
}

export function parseResolvConf(text: string): ResolvConf {
  const nameServers: string[] = []
  const options: string[] = []
  for (const line of text.split('\n')) {
    const [word, ...values] = line.trim().split(/\s+/)
    if (word === 'nameserver' && values[0] !== undefined) nameServers.push(values[0])
    else if (word === 'options') options.push(...values)
  }
  return {
    nameServers: nameServers.length === 0 ? ['127.0.0.1'] : nameServers.slice(0, 3),
    options,
  }
}

/** The system's file; a chroot has a copy below the queue directory. */
export const RESOLV_CONF = '/etc/resolv.conf'

const validating: Check = {
  id: 'resolver',
  fine: 'The name server that Postfix asks checks signatures.',
  look: ({ live }) => live.resolvers.flatMap(lookAt),
}

function lookAt({ address, signed, bogus }: ResolverFacts): readonly Problem[] {
  const at = [{ file: RESOLV_CONF, parameter: 'nameserver', value: address }]
  const remedy = 'Run a validating resolver on this machine (unbound) and name it in resolv.conf.'
  if (!signed.seen) {
    return [
      unknown(`The name server ${address} did not answer for ${signed.name}: ${signed.reason}.`, {
        at,
        remedy,
      }),
    ]
  }
  if (signed.value.code !== 'NOERROR') {
    return [
      unknown(`The name server ${address} says ${signed.value.code} for ${signed.name}.`, {
        at,
        remedy: 'Ask for a signed name that it knows: --signed-name NAME.',
      }),
    ]
  }
  if (!signed.value.authentic) {
    return [
      fail(`The name server ${address} does not check signatures: DANE and qTLS cannot be had.`, {
        at,
        remedy,
      }),
    ]
  }
  if (bogus?.seen === true && bogus.value.code === 'NOERROR') {
    return [
      fail(
        `The name server ${address} answers for ${bogus.name} although its signature is wrong.`,
        {
          at,
          remedy,
        },
      ),
    ]
  }
  return []
}

const nearby: Check = {
  id: 'resolver-path',
  fine: 'Answers of the name server come from this machine, so nobody can change them on the way.',
  look: facts =>
    [...facts.files.resolvConf].flatMap(([file, text]) => {
      const { nameServers, options } = parseResolvConf(text)
      const remote = nameServers.filter(address => !isLoopback(address))
      if (remote.length === 0) return []
      // Postfix asks for the bit by itself (RES_TRUSTAD); the option says that somebody meant it.
      const meant = options.includes('trust-ad')
        ? 'and resolv.conf says that the way to it can be trusted'
        : 'and nobody has said that the way to it can be trusted'
      return warn(`Postfix believes ${remote.join(', ')} about signatures, ${meant}.`, {
        at: [{ file, parameter: 'nameserver', value: remote.join(' ') }],
        remedy:
          'Run a validating resolver on this machine, or add `options trust-ad` if the network up to it is yours.',
      })
    }),
}

const chroots: Check = {
  id: 'resolver-chroot',
  fine: 'Lanes ask the same name servers as the rest of the machine.',
  look: facts => {
    const system = facts.files.resolvConf.get(RESOLV_CONF)
    const lanes = lanesThere(facts).filter(({ chroot }) => isChrooted(chroot))
    if (lanes.length === 0) return []
    return [...facts.files.resolvConf].flatMap(([file, text]) => {
      if (file === RESOLV_CONF || system === undefined) return []
      if (sameServers(system, text)) return []
      return warn('Lanes in a chroot ask other name servers than the rest of the machine.', {
        at: [{ file }],
        remedy: `Copy ${RESOLV_CONF} to ${file}, or take the lanes out of the chroot.`,
      })
    })
  },
}

/** `-` means no since Postfix 3.0. */
function isChrooted(field: string): boolean {
  return field === 'y'
}

function sameServers(one: string, other: string): boolean {
  const [a, b] = [one, other].map(text => parseResolvConf(text).nameServers.join(' '))
  return a === b
}

/** Whom the lanes believe about names. */
export const RESOLVER_CHECKS: readonly Check[] = [validating, nearby, chroots]

/** The name servers that are asked: those of the system's resolv.conf. */
export function nameServersOf(facts: Pick<DoctorFacts['files'], 'resolvConf'>): readonly string[] {
  return parseResolvConf(facts.resolvConf.get(RESOLV_CONF) ?? '').nameServers
}
