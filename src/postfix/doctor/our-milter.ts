import type { Config } from '../../config/load.js'
import type { PostfixFacts } from '../instance.js'
import { addressIn, ourMilter as setupEntry } from '../lanes/milters.js'
import { parseList, tokens } from '../parameters.js'
import type { DoctorFacts } from './facts.js'

/** One entry of smtpd_milters: an address, and what it says for itself. */
export interface MilterEntry {
  /** `unix:/run/x.sock`, `inet:127.0.0.1:10030`. */
  readonly address: string
  /** Such as `default_action`. */
  readonly options: ReadonlyMap<string, string>
}

/**
 * Reads a list of milters: `unix:a.sock, { inet:b:1, default_action=tempfail }`.
 *
 * Source  postconf(5), smtpd_milters; MILTER_README, "Milter error handling"
 */
export function parseMilters(value: string): readonly MilterEntry[] {
  return parseList(value).map(item => {
    const inner = /^\{(.*)\}$/s.exec(item)?.[1]
    const [address = '', ...settings] = inner === undefined ? [item] : tokens(inner, /[\s,]/)
    const options = settings.flatMap(setting => {
      const [, name, text] = /^\{?\s*([^=\s]+)\s*=\s*(.*?)\s*\}?$/s.exec(setting) ?? []
      return name === undefined ? [] : [[name, text ?? ''] as const]
    })
    return { address, options: new Map(options) }
  })
}

/** Our own entry in a list of milters; undefined when it is not there. */
export function ourMilter(facts: DoctorFacts, value: string): MilterEntry | undefined {
  return parseMilters(value).find(({ address }) => isOurs(facts, address))
}

/**
 * Whether an address of Postfix's leads to our socket. A unix socket may be named from the queue
 * directory: relative, or as an absolute path by a daemon that lives in a chroot there.
 */
function isOurs({ config, postfix }: DoctorFacts, address: string): boolean {
  const ours = milterAddress(config, postfix)
  if (address === ours) return true
  if (ours.startsWith('inet:')) return inetName(address) === inetName(ours)
  const [wanted, path] = [ours, address].map(one => /^(?:unix|local):(.*)$/.exec(one)?.[1])
  if (wanted === undefined || path === undefined) return false
  const inQueue = (name: string): string => `${postfix.queueDirectory}/${name.replace(/^\//, '')}`
  return wanted.startsWith('/')
    ? path === wanted || inQueue(path) === wanted
    : inQueue(wanted) === path || path === `/${wanted}`
}

/** `inet:10030@127.0.0.1` and `inet:[::1]:10030` are ways to write the same. */
function inetName(address: string): string | undefined {
  const name = /^inet6?:(.*)$/.exec(address)?.[1]?.replace(/[[\]]/g, '')
  if (name === undefined) return undefined
  const [, port, host] = /^(\d+)@(.*)$/.exec(name) ?? []
  const whole = port === undefined ? name : `${host}:${port}`
  return whole.replace(/^localhost:/, '127.0.0.1:')
}

/** Our socket as setup names it to Postfix. */
export function milterAddress(config: Config, postfix: PostfixFacts): string {
  return addressIn(setupEntry(config, postfix))
}

/** The file of our socket; undefined where it is none. */
export function milterPath(config: Config, postfix: PostfixFacts): string | undefined {
  const path = /^unix:(.*)$/.exec(milterAddress(config, postfix))?.[1]
  if (path === undefined) return undefined
  return path.startsWith('/') ? path : `${postfix.queueDirectory}/${path}`
}
