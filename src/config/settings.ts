import { ASK } from './ask-settings.js'
import { KEYS } from './key-settings.js'
import {
  choice,
  domains,
  duration,
  integer,
  list,
  path,
  size,
  socket,
  table,
  text,
} from './kinds.js'
import { NOTICES } from './notice-settings.js'
import { PLUGINS } from './plugin-settings.js'
import { PROBER } from './prober-settings.js'
import { SEAL } from './seal-settings.js'
import type { REPEATED } from './repeated-settings.js'
import type { Settings, Values } from './setting.js'

/** A part of milter.conf: `[name]`, or what stands before the first section. */
export interface Section {
  /** One sentence for the example file and the reference page. */
  readonly doc: string
  readonly see?: string
  readonly settings: Settings
}

const TOP = {
  mode: choice({
    values: ['enforce', 'observe'],
    default: 'enforce',
    doc: 'With "observe", decisions are recorded and nothing is changed or refused.',
  }),
  group: table({
    of: list({
      of: text({ doc: 'A member.', maxLength: 320 }),
      max: 100_000,
      doc: 'The members of a group.',
    }),
    names: /^[a-z0-9][a-z0-9-]{0,62}$/,
    default: {},
    example: { personnel: ['@hr.example.org', 'anna@example.org'] },
    doc: 'Named lists for rules: "group:personnel" in a list of addresses, domains, users, certificates or networks stands for all that are in it.',
  }),
  state_directory: path({
    default: '/var/lib/postseal',
    doc: 'Where the store and the spool are kept; must belong to the user of the daemon.',
  }),
  hostname: text({
    default: '',
    example: 'gateway.example.org',
    maxLength: 253,
    pattern: /^[A-Za-z0-9.-]*$/,
    values: 'a host name',
    doc: 'Name of this gateway in records and headers; empty: the name of the machine.',
  }),
  internal_domains: domains({
    default: [],
    example: ['example.org', '.example.org'],
    doc: 'Domains whose mail never leaves; a leading dot names everything below a domain.',
  }),
} as const satisfies Settings

const LISTEN = {
  socket: socket({
    default: 'unix:/run/postseal/milter.sock',
    example: 'inet:127.0.0.1:10030',
    doc: 'Where Postfix reaches the milter; "systemd" takes over the socket of a .socket unit.',
  }),
  socket_mode: text({
    default: '0660',
    pattern: /^0?[0-7]{3}$/,
    values: 'three octal digits such as "0660"',
    doc: 'Permissions of a unix socket.',
  }),
  socket_group: text({
    default: '',
    example: 'postfix',
    pattern: /^[A-Za-z0-9_.-]{0,32}$/,
    values: 'the name or number of a group',
    doc: 'Group of a unix socket; empty: the group of the daemon.',
  }),
} as const satisfies Settings

const MILTER = {
  max_connections: integer({
    default: 1000,
    min: 1,
    max: 100_000,
    doc: 'Connections of Postfix at the same time; one more is closed at once.',
  }),
  idle_timeout: duration({
    default: '2h',
    min: '1s',
    doc: 'A connection on which nothing comes is closed after this time. Postfix keeps it open while its client takes its time, so it must be longer than any time-out of SMTP.',
  }),
  command_timeout: duration({
    default: '60s',
    min: '1s',
    doc: 'How long half a packet may stay half, and an answer may wait to be taken.',
  }),
  message_timeout: duration({
    default: '120s',
    min: '1s',
    max: '10m',
    doc: 'From end of message to the answer, progress included; then 451. Keep it below smtp_data_done_timeout of whoever delivers to this Postfix.',
  }),
  progress_interval: duration({
    default: '10s',
    min: '1s',
    doc: 'How often Postfix hears that a message is still being worked on.',
  }),
  body_memory: size({
    default: '64M',
    min: '1M',
    doc: 'Memory for the bodies of all messages in flight; above it they go to the spool.',
  }),
  body_memory_per_message: size({
    default: '256K',
    min: '4K',
    doc: 'A body above this size goes to the spool.',
  }),
  max_message_size: size({
    default: '128M',
    min: '64K',
    max: '2G',
    doc: 'A larger message is deferred; keep it above message_size_limit of Postfix.',
  }),
  spool_directory: path({
    default: 'spool',
    doc: 'Where large bodies lie while they are looked at (mode 0600, unlinked at once); a relative path counts from state_directory.',
  }),
  shutdown_timeout: duration({
    default: '30s',
    min: '1s',
    max: '10m',
    doc: 'How long messages in progress may take to finish after SIGTERM.',
  }),
} as const satisfies Settings

const MESSAGE = {
  max_depth: integer({
    default: 50,
    min: 2,
    max: 200,
    doc: 'How deep parts may lie in each other; what lies deeper is one part of unknown content.',
  }),
  max_parts: integer({
    default: 1000,
    min: 10,
    max: 20_000,
    doc: 'How many parts a message may have; the rest is one part of unknown content.',
  }),
  max_header_size: size({
    default: '256K',
    min: '16K',
    max: '16M',
    doc: 'How large the header of one part may be.',
  }),
} as const satisfies Settings

/** A socket that only this machine reaches. */
const LOOPBACK = {
  pattern: /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]):\d{1,5}$/,
  values: 'a loopback address and a port such as "127.0.0.1:10026"',
} as const

const POLICY = {
  decision_table: path({
    default: '',
    example: 'decision-table.tsv',
    doc: 'The table that turns class, content and transport into a decision; empty: the shipped one in policies/.',
  }),
  rules: path({
    default: '',
    example: 'rules.toml',
    doc: 'A file of rules for senders, recipients and domains, read before the [[rule]] tables of this file; empty: none.',
  }),
  boilerplate: list({
    default: [],
    max: 200,
    of: text({ doc: '', maxLength: 1000, values: 'a regular expression', pattern: /^[^\0]+$/ }),
    doc: 'Regular expressions of texts beside encrypted content that say nothing of their own, such as the footer that a gateway adds; case is ignored, groups may not be repeated.',
  }),
  vendor_profiles: list({
    default: [],
    max: 20,
    of: path({ doc: '', default: '' }),
    doc: 'Files of vendor profiles for products such as Cryptshare and FTAPI, in addition to the shipped ones.',
  }),
  wait_limit: duration({
    default: '4h',
    min: '1m',
    doc: 'How long a message waits for an undetermined domain before the domain counts as not qualified.',
  }),
  hold_limit: duration({
    default: '12h',
    min: '1m',
    max: '4d',
    doc: 'How long a message on hold waits for an officer; then it is rejected. Keep it below maximal_queue_lifetime of Postfix.',
  }),
} as const satisfies Settings

const POSTFIX = {
  config_directory: path({
    default: '',
    example: '/etc/postfix-out',
    doc: 'Configuration of the Postfix instance that the lanes belong to; empty: the default instance.',
  }),
  command_directory: path({
    default: '/usr/sbin',
    doc: 'Where postconf, postqueue and postmap are.',
  }),
  split_listener: text({
    ...LOOPBACK,
    default: '127.0.0.1:10026',
    doc: 'Where the lane `split` hands messages back, one recipient at a time.',
  }),
  qtls_listener: text({
    ...LOOPBACK,
    default: '127.0.0.1:10027',
    doc: 'Where the lane `qtls` hands back what it could not deliver.',
  }),
  tls_listener: text({
    ...LOOPBACK,
    default: '127.0.0.1:10028',
    doc: 'Where the lane `tls` hands back what it could not deliver.',
  }),
  cause_timeout: duration({
    default: '5s',
    min: '0s',
    max: '60s',
    doc: 'How long a message that comes back from a lane may wait for the line of the log that says why; then it is deferred.',
  }),
} as const satisfies Settings

const MAPS = {
  directory: path({
    default: 'maps',
    doc: 'Where the maps for Postfix are written; a relative path counts from state_directory.',
  }),
  map_type: choice({
    values: ['auto', 'cdb', 'lmdb', 'hash', 'texthash'],
    default: 'auto',
    doc: 'Form of the maps; "auto": the first of cdb, lmdb and hash that this Postfix has.',
  }),
  pin: choice({
    values: ['auto', 'names', 'spki'],
    default: 'auto',
    doc: 'What a server of a qualified domain must show when mail is delivered: a certificate for one of the "names" that were verified, or one of the keys that were seen ("spki"); "auto": keys with the TLS profile bsi-2026, else names.',
  }),
  policyd_socket: socket({
    default: 'unix:/run/postseal/policyd.sock',
    example: 'inet:127.0.0.1:10031',
    doc: 'Where `postseal policyd` answers Postfix; permissions and group of a unix socket are those of [listen].',
  }),
  max_drop: integer({
    default: 20,
    min: 0,
    max: 100,
    doc: 'Largest share of the qualified domains, in percent, that may lose their entries at once; more is refused, because a broken resolver looks like that. Five domains always may.',
  }),
} as const satisfies Settings

const EVIDENCE = {
  log: text({
    default: 'auto',
    example: 'file:/var/log/mail.log',
    maxLength: 500,
    pattern: /^(?:auto|journal|file:\/[^\0]+)$/,
    values: '"auto", "journal" or "file:/PATH"',
    doc: 'Where Postfix logs; "auto": maillog_file of Postfix, else /var/log/mail.log if it is there, else the journal.',
  }),
  retention: duration({
    default: '30d',
    min: '1d',
    doc: 'How long lines about deliveries are kept.',
  }),
} as const satisfies Settings

const STORE = {
  url: text({
    default: 'sqlite:postseal.db',
    example: 'postgres://postseal@localhost/postseal',
    values: '"sqlite:FILE" or "postgres://USER@HOST/DATABASE"',
    pattern: /^(?:sqlite:[^\0]+|postgres(?:ql)?:\/\/\S+)$/,
    doc: 'The database; a relative SQLite file counts from state_directory.',
  }),
  deadline: duration({
    default: '10s',
    min: '10ms',
    max: '2m',
    doc: 'How long one access to the database may take; then the message is deferred.',
  }),
  retention: duration({
    default: '90d',
    min: '1d',
    doc: 'How long records of messages are kept.',
  }),
} as const satisfies Settings

const REPLY = {
  contact: text({
    default: '',
    example: 'postmaster@example.org',
    maxLength: 200,
    pattern: /^[\x20-\x7e]*$/,
    values: 'at most 200 printable ASCII characters',
    doc: 'Whom a sender may ask; stands at the end of every refusal.',
  }),
} as const satisfies Settings

const LOG = {
  level: choice({
    values: ['error', 'warn', 'info', 'debug'],
    default: 'info',
    doc: 'error: an operator must act. warn: mail was deferred or a peer broke the protocol. info: one line a message. debug: the protocol.',
  }),
  format: choice({
    values: ['json', 'text'],
    default: 'text',
    doc: 'One JSON object a line, or words for people; always to standard error.',
  }),
} as const satisfies Settings

/** What stands before the first section of milter.conf. */
export const TOP_SETTINGS = TOP

/** Sections in the order of the walk of a message. */
export const SECTIONS = {
  listen: { doc: 'The socket between Postfix and the milter.', settings: LISTEN },
  milter: { doc: 'Limits of the milter protocol.', settings: MILTER },
  message: { doc: 'Limits for the structure of a message.', settings: MESSAGE },
  plugins: {
    doc: 'Plugins in the order in which they run: names of shipped plugins, of npm packages, or paths.',
    see: 'plugins/README.md',
    settings: PLUGINS,
  },
  policy: { doc: 'The decision.', see: 'policies/README.md', settings: POLICY },
  postfix: {
    doc: 'The lanes, as `postseal setup postfix` puts them into master.cf.',
    see: 'docs/guide/lanes.md',
    settings: POSTFIX,
  },
  prober: {
    doc: 'How the servers of recipients are looked at, by `postseal probe` and for mail that waits.',
    see: 'docs/guide/probing.md',
    settings: PROBER,
  },
  maps: {
    doc: 'What Postfix is told about the domains.',
    see: 'docs/guide/maps.md',
    settings: MAPS,
  },
  evidence: { doc: 'The log of Postfix, read by `postseal follow`.', settings: EVIDENCE },
  keys: {
    doc: 'Certificates and OpenPGP keys of recipients.',
    see: 'docs/guide/keys.md',
    settings: KEYS,
  },
  seal: { doc: 'Sealed letters.', see: 'docs/guide/sealing.md', settings: SEAL },
  ask: {
    doc: 'Questions to senders (action `ask`).',
    see: 'docs/guide/asking.md',
    settings: ASK,
  },
  notices: { doc: 'What senders are told about mail that waits.', settings: NOTICES },
  store: { doc: 'Where records are kept.', see: 'docs/guide/data-kept.md', settings: STORE },
  reply: { doc: 'What senders are told.', settings: REPLY },
  log: { doc: 'The log.', settings: LOG },
} as const satisfies Readonly<Record<string, Section>>

type SectionName = keyof typeof SECTIONS

/** The values of all settings in the catalogue, by their names in the file. */
export type SettingValues = Values<typeof TOP> &
  Values<typeof REPEATED> & {
    readonly [Name in SectionName]: Values<(typeof SECTIONS)[Name]['settings']>
  }
