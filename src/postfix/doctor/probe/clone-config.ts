import { join } from 'node:path'
import type { PostfixFacts } from '../../instance.js'
import { serviceText } from '../../setup/texts.js'
import type { Service } from '../../services.js'
import type { Parameters } from '../facts.js'
import { keyOf } from '../view.js'
import type { Role } from './receivers.js'
import type { Trial } from './trials.js'

/** What the instance of a probe is made of. */
export interface Clone {
  readonly directory: string
  readonly postfix: PostfixFacts
  readonly views: ReadonlyMap<string, Parameters>
  /** The lanes as they are in master.cf. */
  readonly lanes: readonly Service[]
  readonly trials: readonly Trial[]
  readonly ports: Readonly<Record<Role, number>>
}

/** Directories below the one of the clone. */
export const CLONE = { config: 'config', queue: 'queue', data: 'data', log: 'mail.log' } as const

/** Settings that a program of the same Postfix has to share with it. */
const SHARED = [
  'compatibility_level',
  'daemon_directory',
  'command_directory',
  'mail_owner',
  'setgid_group',
  'sendmail_path',
  'mailq_path',
  'newaliases_path',
  'shlib_directory',
  'meta_directory',
  'myhostname',
] as const

/**
 * The text of main.cf: nothing comes in by network, and nothing goes out but by the lanes, to the
 * receivers of the probe.
 */
export function cloneMainCf(clone: Clone): string {
  const { directory, postfix, trials, ports } = clone
  const routes = trials.map(
    ({ domain, lane, target }) => `{ ${domain} = ${lane}:[127.0.0.1]:${ports[target]} }`,
  )
  const nowhere = 'error:5.1.2 only probes'
  const settings = {
    ...Object.fromEntries(
      SHARED.flatMap(name => {
        const value = postfix.explicit.get(name) ?? postfix.main.get(name)
        return value === undefined ? [] : [[name, value]]
      }),
    ),
    queue_directory: join(directory, CLONE.queue),
    data_directory: join(directory, CLONE.data),
    maillog_file: join(directory, CLONE.log),
    maillog_file_prefixes: directory,
    syslog_name: 'postseal-probe',
    inet_protocols: 'ipv4',
    inet_interfaces: '127.0.0.1',
    mynetworks: '127.0.0.0/8',
    mydestination: '',
    alias_maps: '',
    alias_database: '',
    default_transport: nowhere,
    relay_transport: nowhere,
    local_transport: nowhere,
    transport_maps: `inline:{ ${routes.join(', ')} }`,
    notify_classes: '',
    biff: 'no',
    enable_long_queue_ids: 'yes',
    master_service_disable: 'inet',
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}`.trimEnd() + '\n')
    .join('')
}

/** Services that deliveries need, without those that could bring mail in or take it elsewhere. */
const SERVICES = `
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
tlsproxy  unix - - n - 0 tlsproxy
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
`

/** The text of master.cf: what every Postfix has, and the lanes. */
export function cloneMasterCf(clone: Clone): string {
  const lanes = clone.lanes.map(lane => serviceText(cloneOf(lane, clone)))
  return `${SERVICES.trimStart()}${lanes.join('')}`
}

/** What a lane says for itself that makes a difference to how it delivers. */
const DELIVERY = /^(?:smtp_|tls_|syslog_name$)/

/** Secrets, and files that the real instance works with. */
const NOT_TAKEN = /^(?:smtp_sasl_|tls_random_|smtp_tls_session_cache_database$)/

/**
 * A lane with every setting that is in force for it, `$name` replaced. What comes back goes to the
 * receiver that stands in for the listener, which the policy map allows as it does the listener.
 */
function cloneOf(lane: Service, { postfix, views, ports }: Clone): Service {
  const view = views.get(keyOf(lane)) ?? postfix.main
  const names = new Set([...postfix.explicit.keys(), ...lane.options.keys()])
  const options = new Map<string, string>()
  for (const name of names) {
    if (DELIVERY.test(name) && !NOT_TAKEN.test(name)) options.set(name, view.get(name) ?? '')
  }
  options.set('smtp_sasl_auth_enable', 'no')
  options.set('smtp_tls_session_cache_database', '')
  if ((view.get('smtp_fallback_relay') ?? '') !== '') {
    const back = `[127.0.0.1]:${ports.fallback}`
    const maps = view.get('smtp_tls_policy_maps') ?? ''
    options.set('smtp_fallback_relay', back)
    options.set('smtp_tls_policy_maps', `inline:{ { ${back} = none } }, ${maps}`.replace(/, $/, ''))
  }
  return { ...lane, private: '-', unprivileged: '-', chroot: 'n', wakeup: '-', args: [], options }
}
