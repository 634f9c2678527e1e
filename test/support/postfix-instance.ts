import { parseConfig, type Config } from '../../src/config/load.js'
import type { PostfixFacts } from '../../src/postfix/instance.js'
import { parseServices } from '../../src/postfix/services.js'

/** Parameters of which the lanes ask whether this version knows them, beside those given. */
const KNOWN = {
  config_directory: '/etc/postfix',
  address_verify_default_transport: '$default_transport',
  default_transport: 'smtp',
  milter_connect_macros: 'j {daemon_name} {daemon_addr} v _',
  tls_high_cipherlist: 'aNULL:-aNULL:HIGH:@STRENGTH',
}

export interface Said {
  /** What main.cf says, and what holds unless `main` says otherwise. */
  readonly explicit?: Readonly<Record<string, string>>
  readonly main?: Readonly<Record<string, string>>
  /** Lines of `postconf -M`. */
  readonly services?: readonly string[]
  readonly mapTypes?: readonly string[]
  /** What this version has by itself, where it matters. */
  readonly defaults?: Readonly<Record<string, string>>
  /** Parameters that this version does not have. */
  readonly unknown?: readonly string[]
  readonly version?: string
  readonly configDirectory?: string
}

/** Facts about an instance as `readInstance` gives them. */
export function instanceFacts(said: Said = {}): PostfixFacts {
  const { explicit = {}, main = {}, services = [], mapTypes = ['hash', 'regexp'] } = said
  const { unknown = [], version = '3.7.11', configDirectory = '/etc/postfix' } = said
  const inForce = {
    mail_version: version,
    compatibility_level: '3.6',
    syslog_name: 'postfix',
    message_size_limit: '10240000',
    inet_protocols: 'all',
    authorized_flush_users: 'static:anyone',
    maximal_queue_lifetime: '5d',
    ...KNOWN,
    ...explicit,
    ...main,
  }
  const has = (name: string): boolean => !unknown.includes(name)
  return {
    version,
    configDirectory,
    queueDirectory: '/var/spool/postfix',
    dataDirectory: '/var/lib/postfix',
    commandDirectory: '/usr/sbin',
    daemonDirectory: '/usr/lib/postfix/sbin',
    main: new Map(Object.entries(inForce)),
    explicit: new Map(Object.entries(explicit)),
    // Every parameter is known but those named.
    defaults: Object.assign(new Map(Object.entries({ ...KNOWN, ...said.defaults })), {
      has,
    }),
    services: parseServices(services.join('\n')),
    mapTypes: new Set(mapTypes),
    instances: { managed: [], alternate: [] },
  }
}

/** Settings with the default sockets and directories, and what `text` adds. */
export function lanesConfig(text = ''): Config {
  return parseConfig(text, '/etc/postseal/milter.conf')
}
