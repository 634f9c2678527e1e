import { debianMainCf, debianMasterCf } from './postfix-debian.js'

/** `closed`: made for tests, with no way out; `debian`: as the package would have configured it. */
export type PostfixStyle = 'closed' | 'debian'

/** What a private Postfix is made of; see `startPostfix` for the meaning of each member. */
export interface PostfixLayout {
  readonly queueDirectory: string
  readonly dataDirectory: string
  readonly logFile: string
  readonly logDirectory: string
  readonly smtpPort: number
  readonly transportFile: string
  readonly milter: string | undefined
  readonly style: PostfixStyle
  readonly chroot: boolean
  readonly mainCf: Readonly<Record<string, string>>
  readonly masterExtra: string
}

/**
 * The text of main.cf. In style `closed`: loopback only, no DNS, and no way out of the machine.
 *
 * Shape   one `name = value` a line; `mainCf` comes last and wins, since Postfix takes the last of two.
 */
export function mainCfText(layout: PostfixLayout): string {
  const { style, milter, mainCf } = layout
  const defaults = style === 'debian' ? debianMainCf() : closedMainCf(layout)
  const filter = milter === undefined ? {} : milterSettings(layout, milter)
  return Object.entries({ ...places(layout), ...defaults, ...filter, ...mainCf })
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')
}

/** The text of master.cf; `masterExtra` is appended as it is. */
export function masterCfText(layout: PostfixLayout): string {
  if (layout.style === 'debian') {
    return `${debianMasterCf(layout.smtpPort)}${layout.masterExtra}\n`
  }
  const chroot = layout.chroot ? 'y' : 'n'
  return [
    `127.0.0.1:${layout.smtpPort} inet n - ${chroot} - - smtpd`,
    'pickup unix n - n 60 1 pickup',
    `cleanup unix n - ${chroot} - 0 cleanup`,
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'verify unix - - n - 1 verify',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'proxywrite unix - - n - 1 proxymap',
    'smtp unix - - n - - smtp',
    'relay unix - - n - - smtp',
    'showq unix n - n - - showq',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'discard unix - - n - - discard',
    'local unix - n n - - local',
    'virtual unix - n n - - virtual',
    'lmtp unix - - n - - lmtp',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'postlog unix-dgram n - n - 1 postlogd',
    layout.masterExtra,
    '',
  ].join('\n')
}

function places(layout: PostfixLayout): Record<string, string> {
  return {
    compatibility_level: '3.6',
    queue_directory: layout.queueDirectory,
    data_directory: layout.dataDirectory,
    maillog_file: layout.logFile,
    maillog_file_prefixes: layout.logDirectory,
  }
}

function closedMainCf(layout: PostfixLayout): Record<string, string> {
  return {
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    myhostname: 'postfix.sandbox.test',
    mydestination: '',
    mynetworks: '127.0.0.0/8',
    smtpd_peername_lookup: 'no',
    smtpd_relay_restrictions: 'permit_mynetworks, reject',
    // Only what transport_maps names can leave, so a forgotten entry never reaches a real server.
    default_transport: 'error:5.1.2 no transport for this domain in the sandbox',
    transport_maps: `texthash:${layout.transportFile}`,
    smtp_host_lookup: 'native',
    alias_maps: '',
    alias_database: '',
    notify_classes: '',
    biff: 'no',
  }
}

/**
 * A socket inside the queue directory is named relative to it: every Postfix process works there,
 * so the name holds for a chrooted smtpd and below a directory that only root may enter.
 */
function milterSettings(layout: PostfixLayout, milter: string): Record<string, string> {
  const inside = `unix:${layout.queueDirectory}/`
  return {
    smtpd_milters: milter.startsWith(inside) ? `unix:${milter.slice(inside.length)}` : milter,
    non_smtpd_milters: '$smtpd_milters',
    milter_default_action: 'tempfail',
  }
}
