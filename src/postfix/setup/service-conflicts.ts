import { addressOf } from '../lanes/names.js'
import { keyOf } from '../lanes/their-services.js'
import type { Service } from '../services.js'
import { entryOf } from './cf-file.js'
import {
  conflict,
  inMain,
  inMaster,
  note,
  otherServices,
  valueOf,
  type Finder,
  type Look,
} from './look.js'
import { serviceText } from './texts.js'

/** Services with our names that setup did not make. */
export const takenNames: Finder = look =>
  look.wanted.masterCf.flatMap(service => {
    const there = look.facts.services.find(one => keyOf(one) === keyOf(service))
    const text = entryOf(look.masterCf, keyOf(service))?.text
    const made = look.record?.services[keyOf(service)]
    if (there === undefined || text === undefined || text === serviceText(service)) return []
    if (made === undefined) {
      return [
        conflict(
          inMaster(look, there),
          `There is a service ${keyOf(there)} already, and setup did not make it.`,
          service.type === 'inet'
            ? 'Choose another port in [postfix] of milter.conf.'
            : 'Give it another name in master.cf and wherever a transport or filter names it.',
        ),
      ]
    }
    if (made.after === text) return []
    return [
      note(
        inMaster(look, there),
        'The service was changed by hand since setup made it; --apply gives it its own form again.',
        'What the lanes need beside it can be set for all of them in main.cf.',
      ),
    ]
  })

/** Ports of ours that another service listens on. */
export const takenPorts: Finder = look => {
  const ours = look.wanted.masterCf.filter(({ type }) => type === 'inet').map(({ name }) => name)
  return otherServices(look)
    .filter(({ type }) => type === 'inet')
    .flatMap(service => {
      const { host, port } = addressOf(service.name)
      const taken = ours.find(name => {
        const own = addressOf(name)
        return own.port === port && ['', 'localhost', '0.0.0.0', '::', own.host].includes(host)
      })
      if (taken === undefined) return []
      return [
        conflict(
          inMaster(look, service),
          `The service listens on port ${port}, which a listener of ours needs (${taken}).`,
          'Choose another port in [postfix] of milter.conf.',
        ),
      ]
    })
}

/** A content filter that waits on one of our ports would get mail that it hands to itself. */
export const filterPorts: Finder = look => {
  const ours = look.wanted.masterCf.filter(({ type }) => type === 'inet').map(({ name }) => name)
  const filters: (readonly [where: string, value: string])[] = FILTERS.flatMap(name => [
    [inMain(look, name), valueOf(look, name)] as const,
    ...otherServices(look).map(
      service => [inMaster(look, service), service.options.get(name) ?? ''] as const,
    ),
  ])
  return filters.flatMap(([where, value]) => {
    const address = value.replace(/^\w+:(?=.*:)/, '').replace(/\[([\d.]+)\]/, '$1')
    if (!ours.some(name => name === address.replace('localhost', '127.0.0.1'))) return []
    return [
      conflict(
        where,
        `A content filter is reached at ${address}, where a listener of ours has to be.`,
        'Choose another port in [postfix] of milter.conf.',
      ),
    ]
  })
}

const FILTERS = ['content_filter', 'smtpd_proxy_filter'] as const

/** A daemon in a chroot reaches no socket outside of the queue directory. */
export const socketOutsideChroot: Finder = look => {
  const { socket } = look.config.listen
  const queue = look.facts.queueDirectory
  if (socket.kind === 'inet') return []
  if (socket.kind === 'unix' && socket.path.startsWith(`${queue}/`)) return []
  const jailed = otherServices(look).filter(
    service => asksMilters(service) && isJailed(service, look),
  )
  const [first] = jailed
  if (first === undefined) return []
  const names = jailed.map(keyOf).join(', ')
  return [
    conflict(
      inMaster(look, first),
      `${names}: these services live in a chroot at ${queue} and cannot reach the socket of the milter.`,
      `Set in [listen] of milter.conf socket = "unix:${queue}/postseal/milter.sock", restart Postseal and run setup again; or set the chroot column of these services to "n".`,
    ),
  ]
}

function asksMilters({ command }: Service): boolean {
  return command === 'smtpd' || command === 'cleanup'
}

/** `-` means no chroot since compatibility level 1. */
function isJailed({ chroot }: Service, look: Look): boolean {
  const level = Number.parseFloat(valueOf(look, 'compatibility_level'))
  return chroot === 'y' || (chroot === '-' && !(level >= 1))
}

/** A listener whose protocol Postfix is told not to use. */
export const protocols: Finder = look => {
  const used = valueOf(look, 'inet_protocols')
  if (used.includes('all')) return []
  return look.wanted.masterCf
    .filter(({ type }) => type === 'inet')
    .flatMap(({ name }) => {
      const needed = name.includes('[') ? 'ipv6' : 'ipv4'
      if (used.includes(needed)) return []
      return [
        conflict(
          inMain(look, 'inet_protocols'),
          `inet_protocols is ${used}, so Postfix cannot use ${name}.`,
          needed === 'ipv4'
            ? 'Name listeners such as "[::1]:10026" in [postfix] of milter.conf.'
            : 'Name listeners such as "127.0.0.1:10026" in [postfix] of milter.conf.',
        ),
      ]
    })
}

/** A certificate is compared with a name. */
export const productNames: Finder = look =>
  look.config.product
    .filter(({ tls, next_hop }) => tls === 'secure' && /^\[[\d.:]+\]:\d+$/.test(next_hop))
    .map(({ name, next_hop }) =>
      conflict(
        `${look.config.file ?? 'milter.conf'}: [[product]] ${name}`,
        `next_hop ${next_hop} is an address, which no certificate is compared with: nothing could be handed over.`,
        'Name the host as its certificate does, or set tls = "encrypt".',
      ),
    )
