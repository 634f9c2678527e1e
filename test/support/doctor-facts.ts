import type { Test } from 'tap'
import { runChecks, type Check, type CheckResult } from '../../src/postfix/doctor/check.js'
import type { DoctorFacts } from '../../src/postfix/doctor/facts.js'
import type { FileFacts, LiveFacts, StoreContents } from '../../src/postfix/doctor/live-facts.js'
import {
  PATTERN_TYPES,
  parseTableName,
  parseTableText,
  type Table,
  type TableEntry,
} from '../../src/postfix/doctor/table.js'
import { expand } from '../../src/postfix/lanes/expand.js'
import { wantedLanes } from '../../src/postfix/lanes/wanted.js'
import { parseServices, type Service } from '../../src/postfix/services.js'
import { instanceFacts, lanesConfig } from './postfix-instance.js'

export const NOW = Date.parse('2026-11-24T12:00:00Z')

/** Defaults of Postfix 3.7.11 for what the checks look at, where they are not empty. */
const DEFAULTS: Readonly<Record<string, string>> = {
  address_verify_default_transport: 'smtp',
  address_verify_relay_transport: 'relay',
  authorized_flush_users: 'static:anyone',
  cleanup_service_name: 'cleanup',
  default_destination_concurrency_failed_cohort_limit: '1',
  default_destination_recipient_limit: '50',
  default_process_limit: '100',
  inet_interfaces: 'all',
  mail_owner: 'postfix',
  milter_content_timeout: '300s',
  milter_default_action: 'tempfail',
  milter_mail_macros: 'i {auth_type} {auth_authen}',
  milter_macro_daemon_name: 'mail.inside.example',
  mynetworks: '127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128',
  parent_domain_matches_subdomains: 'debug_peer_list,mynetworks',
  smtp_data_done_timeout: '600s',
  smtp_host_lookup: 'dns',
  smtp_line_length_limit: '998',
  smtp_send_xforward_command: 'no',
  smtp_tls_connection_reuse: 'no',
  smtp_tls_dane_insecure_mx_policy: 'may',
  smtp_tls_loglevel: '0',
  smtp_tls_mandatory_ciphers: 'medium',
  smtp_tls_mandatory_protocols: '>=TLSv1',
  smtp_tls_secure_cert_match: 'nexthop, dot-nexthop',
  smtpd_relay_restrictions: 'permit_mynetworks, defer_unauth_destination',
  smtpd_tls_wrappermode: 'no',
  soft_bounce: 'no',
  enable_long_queue_ids: 'yes',
  smtp_tls_security_level: 'may',
  mydestination: 'mail.inside.example',
  transport_maps: 'hash:/etc/postfix/transport',
}

/** What an administrator has beside the lanes. */
const SERVICES = `
smtp       inet  n - n - - smtpd
pickup     unix  n - n 60 1 pickup
cleanup    unix  n - n - 0 cleanup
rewrite    unix  - - n - - trivial-rewrite
smtp       unix  - - n - - smtp
relay      unix  - - n - - smtp -o syslog_name=postfix/relay
`

const CONF = 'internal_domains = ["mail.inside.example", "inside.example"]\n'

const PINS = 'regexp:/etc/postfix/postseal/pins'
const STRIP = 'regexp:/etc/postfix/postseal/strip'
const REFERENCE = 'X-Postseal-Reference: 0123456789abcdefghij-0123456789abcdef'

/** What is different from an instance with the lanes, on which nothing is wrong. */
export interface Difference {
  /** Lines of milter.conf; without them two domains are internal. */
  readonly conf?: string
  readonly main?: Readonly<Record<string, string>>
  /** Fields and options by `name/type`; an option without value is taken out, null takes all out. */
  readonly services?: Readonly<Record<string, ServiceDifference | null>>
  /** Further lines of `postconf -M`. */
  readonly master?: string
  readonly tables?: Readonly<Record<string, TableDifference>>
  readonly files?: Partial<FileFacts>
  readonly live?: Partial<LiveFacts>
  readonly store?: Partial<StoreContents>
  readonly facts?: Partial<DoctorFacts>
  readonly version?: string
}

export interface ServiceDifference {
  readonly fields?: Partial<Omit<Service, 'options'>>
  readonly options?: Readonly<Record<string, string | undefined>>
}

export interface TableDifference extends Partial<Omit<Table, 'entries' | 'answers'>> {
  /** `key value` a line; undefined: cannot be listed. */
  readonly entries?: readonly string[] | undefined
  readonly answers?: Readonly<Record<string, string | undefined>>
}

/** An instance as setup leaves it, with a difference. */
export function doctorFacts(difference: Difference = {}): DoctorFacts {
  const config = lanesConfig(difference.conf ?? CONF)
  const version = difference.version ?? '3.7.11'
  const before = instanceFacts({ main: DEFAULTS, services: SERVICES.trim().split('\n'), version })
  const wanted = wantedLanes(config, before)
  const asked = Object.fromEntries(wanted.mainCf.map(({ name, value }) => [name, value]))
  const explicit = new Map(Object.entries({ ...asked, ...difference.main }))
  const main = new Map([...before.main, ...explicit])
  for (const [name, value] of explicit) main.set(name, expand(value, { main, explicit }))
  const services = [
    ...before.services,
    ...wanted.masterCf,
    ...parseServices(difference.master ?? ''),
  ].flatMap(service => changedService(service, difference.services ?? {}))
  const postfix = { ...before, main, explicit, services }
  const views = services
    .filter(({ options }) => options.size > 0)
    .map(service => {
      const own = new Map([...main, ...explicit, ...service.options])
      const view = [...own].map(
        ([name, value]) => [name, expand(value, { main: own, explicit: own })] as const,
      )
      return [`${service.name}/${service.type}`, new Map(view)] as const
    })
  return {
    config,
    postfix,
    views: new Map(views),
    tables: tablesOf(
      config.product.map(({ name, next_hop }) => [name, next_hop]),
      difference.tables,
    ),
    files: { ...FILES, ...difference.files },
    maps: { seen: true, value: [] },
    setup: { seen: true, value: { changes: [], conflicts: [] } },
    live: { ...LIVE, ...difference.live },
    store: { seen: true, value: { ...STORE, ...difference.store } },
    now: NOW,
    ...difference.facts,
  }
}

const FILES: FileFacts = {
  mainCf: '',
  masterCf: '',
  postfix: { name: 'postfix', uid: 101, gid: 102 },
  daemon: { name: 'postseal', uid: 200, gid: 200 },
  socket: {
    seen: true,
    value: {
      socket: { path: '/run/postseal/milter.sock', mode: 0o140660, uid: 200, gid: 102 },
      directories: [
        { path: '/', mode: 0o40755, uid: 0, gid: 0 },
        { path: '/run', mode: 0o40755, uid: 0, gid: 0 },
        { path: '/run/postseal', mode: 0o40750, uid: 200, gid: 102 },
      ],
    },
  },
  log: undefined,
  missing: [],
  resolvConf: new Map([['/etc/resolv.conf', 'nameserver 127.0.0.1\n']]),
}

const LIVE: LiveFacts = {
  milter: { seen: true, value: 'version 6' },
  running: {
    seen: true,
    value: { readAt: NOW, changedAt: new Map([['/etc/postfix/main.cf', NOW - 1000]]) },
  },
  listeners: new Map(
    ['127.0.0.1:10026', '127.0.0.1:10027', '127.0.0.1:10028'].map(address => [
      address,
      { seen: true, value: '220 mail.inside.example ESMTP' },
    ]),
  ),
  notices: { seen: true, value: '220 mail.inside.example ESMTP' },
  resolvers: [
    {
      address: '127.0.0.1',
      signed: { seen: true, name: 'org.', value: { code: 'NOERROR', authentic: true } },
      bogus: undefined,
    },
  ],
}

const STORE: StoreContents = {
  revision: 1,
  levelsChangedAt: NOW - 3_600_000,
  levels: 2,
  expired: 0,
  followedAt: NOW - 1000,
  waiting: 0,
  sampleDomains: ['partner.example'],
}

function changedService(
  service: Service,
  differences: NonNullable<Difference['services']>,
): readonly Service[] {
  const difference = differences[`${service.name}/${service.type}`]
  if (difference === undefined) return [service]
  if (difference === null) return []
  const options = new Map(service.options)
  for (const [name, value] of Object.entries(difference.options ?? {})) {
    if (value === undefined) options.delete(name)
    else options.set(name, value)
  }
  return [{ ...service, ...difference.fields, options }]
}

/** The tables that setup writes, and those of an administrator who has one internal domain. */
function tablesOf(
  products: readonly (readonly [name: string, nextHop: string])[],
  differences: Difference['tables'] = {},
): ReadonlyMap<string, Table> {
  const lane = (name: string): string => `X-Postseal-Lane: ${name}`
  const lanes = ['qtls', 'tls', 'sealed', 'split', ...products.map(([name]) => `hand-over-${name}`)]
  const pins: Record<string, string | undefined> = { [REFERENCE]: undefined }
  for (const name of lanes) pins[lane(name)] = `FILTER ${name}:`
  pins[lane('split')] = 'FILTER split:[127.0.0.1]:10026'
  for (const [name, nextHop] of products) {
    pins[lane(`hand-over-${name}`)] = `FILTER hand-over-${name}:${nextHop}`
  }
  const strip: Record<string, string | undefined> = { [REFERENCE]: undefined }
  for (const name of lanes) strip[lane(name)] = 'IGNORE'
  const usual: Record<string, TableDifference> = {
    [PINS]: { entries: [], answers: pins },
    [STRIP]: { entries: [], answers: strip },
    'hash:/etc/postfix/transport': { entries: ['inside.example relay:[10.0.0.5]:25'] },
    'hash:/var/lib/postseal/maps/qtls_policy': {
      entries: ['partner.example secure match=mx.partner.example', '[127.0.0.1]:10027 none'],
      answers: { '[127.0.0.1]:10026': undefined, '[127.0.0.1]:10027': 'none' },
    },
    'hash:/var/lib/postseal/maps/tls_policy': {
      entries: ['[127.0.0.1]:10028 none'],
      answers: { '[127.0.0.1]:10028': 'none' },
    },
  }
  const names = new Set([...Object.keys(usual), ...Object.keys(differences)])
  return new Map(
    [...names].map(name => [name, tableOf(name, { ...usual[name], ...differences[name] })]),
  )
}

function tableOf(name: string, { entries, answers = {}, ...rest }: TableDifference): Table {
  const { type, path } = parseTableName(name)
  const compiled = type === 'hash' ? `${path}.db` : undefined
  return {
    name,
    trouble: undefined,
    files: {
      text: path,
      textAt: NOW - 2000,
      compiled,
      compiledAt: compiled === undefined ? undefined : NOW - 1000,
    },
    ...rest,
    entries: entries?.map((text, index) => readEntry(text, type, index + 1)),
    answers: new Map(Object.entries(answers)),
  }
}

function readEntry(text: string, type: string, line: number): TableEntry {
  const [pattern] = PATTERN_TYPES.has(type) ? parseTableText(text, type) : []
  const space = text.indexOf(' ')
  return { key: text.slice(0, space), value: text.slice(space + 1), ...pattern, line }
}

export type Case = readonly [
  what: string,
  difference: Difference,
  /** `severity message` of each problem, worst first. */
  want: readonly string[],
]

/** Asks one check about each case; with nothing different it finds nothing. */
export async function checkCases(
  t: Test,
  checks: readonly Check[],
  id: string,
  cases: readonly Case[],
): Promise<void> {
  t.strictSame(said(resultFor(checks, id)), [], `${id}: nothing is wrong with what setup leaves`)
  for (const [what, difference, want] of cases) {
    const result = resultFor(checks, id, difference)
    t.strictSame(said(result), want, `${id}: ${what}`)
    for (const { severity, evidence, remedy } of result.problems) {
      if (severity === 'ok') continue
      t.ok(evidence.length > 0, `${id}: ${what}: says where`)
      t.match(remedy, /^[A-Z].*[.;]$/s, `${id}: ${what}: says what to do`)
    }
  }
  t.ok(cases.length > 0, 'there are cases')
}

function said({ problems }: CheckResult): readonly string[] {
  return problems.map(({ severity, message }) => `${severity} ${message}`)
}

/** What one check finds. */
export function resultFor(
  checks: readonly Check[],
  id: string,
  difference: Difference = {},
): CheckResult {
  const check = checks.filter(one => one.id === id)
  const [result] = runChecks(check, doctorFacts(difference))
  if (result === undefined) throw new Error(`there is no check ${id}`)
  return result
}
