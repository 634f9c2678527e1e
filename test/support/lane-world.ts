import { join } from 'node:path'
import type { Test } from 'tap'
import { createAuthority, selfSigned, type Certificate } from '../../sandbox/certificates.js'
import type { DnsName } from '../../sandbox/dns-names.js'
import { startDnsServer, type DnsServer } from '../../sandbox/dns-server.js'
import { startReceiver, type Receiver } from '../../sandbox/receiver.js'
import type { DomainLevel } from '../../src/store/store.js'

/** The domain whose mail stays inside. */
export const HOME = 'home.test'

interface Server {
  /** The server is `mx.DOMAIN`, port 25 of this address. */
  readonly address: string
  /** Whose name its certificate has; `self-signed`; undefined: it offers no TLS. */
  readonly certificate?: string
  /** What the store believes of the domain when the lab opens; undefined: nothing. */
  readonly level?: DomainLevel['level']
}

/**
 * The mail servers of the world outside, by domain. What the store believes of them is what a test
 * needs, not what is true: `wrongname.test` was good when somebody looked.
 */
export const SERVERS = {
  [HOME]: { address: '127.0.0.10' },
  'good.test': { address: '127.0.0.2', certificate: 'good.test', level: 'qualified' },
  'fine.test': { address: '127.0.0.3', certificate: 'fine.test', level: 'qualified' },
  'wrongname.test': { address: '127.0.0.4', certificate: 'other.test', level: 'qualified' },
  'selfsigned.test': { address: '127.0.0.5', certificate: 'self-signed', level: 'mandatory' },
  'plain.test': { address: '127.0.0.6', level: 'mandatory' },
  'weak.test': { address: '127.0.0.7', level: 'none' },
  'new.test': { address: '127.0.0.8', certificate: 'new.test' },
  'grey.test': { address: '127.0.0.9', certificate: 'grey.test', level: 'qualified' },
  'away.test': { address: '127.0.0.11', certificate: 'away.test', level: 'qualified' },
  'product.test': { address: '127.0.0.12', certificate: 'mx.product.test' },
} as const satisfies Readonly<Record<string, Server>>

export type Domain = keyof typeof SERVERS

/** Names without a server. */
const NAMES: Readonly<Record<string, DnsName>> = {
  'nomail.test': { mx: ['0 .'] },
  'bogus.test': { fails: 'servfail' },
}

/** Levels for `postseal domain import`: of the servers, and of domains that have none. */
export function levelLines(): string {
  const known = Object.entries<Server>(SERVERS).flatMap(([domain, { level }]) =>
    level === undefined ? [] : [`${domain},${level}`],
  )
  return [...known, 'absent.test,qualified', 'nomail.test,qualified', ''].join('\n')
}

export interface World {
  readonly dns: DnsServer
  /** The certificate of whom Postfix is to trust. */
  readonly authority: string
  readonly receivers: Readonly<Record<Domain, Receiver>>
}

/** Starts all servers and the names by which they are found; all is gone after the test. */
export async function startWorld(t: Test, directory: string): Promise<World> {
  const authority = await createAuthority(join(directory, 'authority'))
  const names: Record<string, DnsName> = { ...NAMES }
  for (const [domain, { address }] of Object.entries(SERVERS)) {
    names[domain] = { mx: [`10 mx.${domain}`] }
    names[`mx.${domain}`] = { a: [address] }
  }
  const dns = await startDnsServer({ names })
  t.teardown(() => dns.close())
  const certificateOf = async (server: Server): Promise<Certificate | undefined> => {
    if (server.certificate === undefined) return undefined
    if (server.certificate !== 'self-signed') return authority.issue(server.certificate)
    return selfSigned(join(directory, 'self-signed'), 'self.test')
  }
  const start = async ([name, server]: [string, Server]): Promise<[string, Receiver]> => {
    const certificate = await certificateOf(server)
    const { address } = server
    const tls = certificate === undefined ? {} : { certificate }
    const receiver = await startReceiver({ name, address, port: 25, ...tls })
    t.teardown(() => receiver.close())
    return [name, receiver]
  }
  const receivers = Object.fromEntries(await Promise.all(Object.entries(SERVERS).map(start)))
  return { dns, authority: authority.file, receivers: receivers as World['receivers'] }
}
