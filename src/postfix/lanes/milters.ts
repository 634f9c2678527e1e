import type { Config } from '../../config/load.js'
import type { SocketAddress } from '../../config/socket-address.js'
import type { PostfixFacts } from '../instance.js'
import { parseList, tokens } from '../parameters.js'
import { expand } from './expand.js'

/** Where the .socket unit of our package listens; with `systemd` the settings do not say. */
const SYSTEMD_SOCKET = '/run/postseal-milter/milter.sock'

/** What the time at the end of a message may be exceeded by on the way to Postfix. */
const GRACE_S = 30

/**
 * Our milter as an entry of smtpd_milters. What it says for itself goes before the settings for all
 * milters, which may be there for others.
 */
export function ourMilter(config: Config, facts: PostfixFacts): string {
  const contentSeconds = Math.ceil(config.milter.message_timeout / 1000) + GRACE_S
  const settings = `protocol=6, default_action=tempfail, content_timeout=${contentSeconds}s`
  return `{ ${milterAddress(config.listen.socket, facts)}, ${settings} }`
}

/**
 * The socket as Postfix names it. One below the queue directory is named from there: every daemon
 * works there, so the name holds inside and outside of a chroot.
 */
function milterAddress(socket: SocketAddress, { queueDirectory }: PostfixFacts): string {
  if (socket.kind === 'inet') {
    const host = ANYWHERE.get(socket.host) ?? socket.host
    return `inet:${host.includes(':') ? `[${host}]` : host}:${socket.port}`
  }
  const path = socket.kind === 'unix' ? socket.path : SYSTEMD_SOCKET
  const inside = `${queueDirectory}/`
  return `unix:${path.startsWith(inside) ? path.slice(inside.length) : path}`
}

/** A milter that listens on every address is reached on the loopback one. */
const ANYWHERE = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/** The address in an entry of a list of milters, with or without braces. */
export function addressIn(entry: string): string {
  const inner = /^\{(.*)\}$/s.exec(entry)?.[1] ?? entry
  return tokens(inner, /[\s,]/)[0] ?? ''
}

/**
 * The list with our milter first: what signs must sign what we made. A list that leads to ours by way
 * of a parameter of the administrator's stays as it is.
 */
export function withOurs(list: string, config: Config, facts: PostfixFacts): string {
  const ours = ourMilter(config, facts)
  const others = othersIn(list, config, facts)
  const isThere = (entry: string): boolean => isOurs(addressIn(entry), addressIn(ours), facts)
  if (parseList(expand(others.join(' '), facts)).some(isThere)) return list
  return [ours, ...others].join(', ')
}

/** The entries of a list that are not ours, as they stand. */
export function othersIn(list: string, config: Config, facts: PostfixFacts): readonly string[] {
  const ours = addressIn(ourMilter(config, facts))
  return parseList(list).filter(entry => !isOurs(addressIn(entry), ours, facts))
}

function isOurs(address: string, ours: string, { queueDirectory }: PostfixFacts): boolean {
  return address === ours || address === ours.replace('unix:', `unix:${queueDirectory}/`)
}

/** Names by which signers are known: in sockets, hosts and units. */
const SIGNER_NAME = /dkim|rspamd/i

/**
 * Ports of signers by their own documentation: opendkim(8) and Debian's opendkim.conf 8891,
 * dkimpy-milter 8892, rspamd's proxy worker 11332.
 */
const SIGNER_PORT = /^inet6?:(?:.*:)?(?:8891|8892|11332)(?:@|$)/

/**
 * The milters of others that sign, which the listeners must ask as well, since signing is the last
 * thing done to a message.
 *
 * Shape   `named` are addresses, or parts of them, that the administrator calls signers.
 */
export function signersIn(
  list: string,
  named: readonly string[],
  config: Config,
  facts: PostfixFacts,
): readonly string[] {
  return othersIn(list, config, facts).filter(entry => {
    const text = expand(entry, facts)
    if (named.some(name => text.includes(name))) return true
    return parseList(text).some(one => SIGNER_NAME.test(one) || SIGNER_PORT.test(addressIn(one)))
  })
}
