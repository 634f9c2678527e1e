import { readFileSync } from 'node:fs'

/** Where the package postfix of Debian keeps what it makes a new configuration of. */
const DEBIAN = '/usr/share/postfix'

/**
 * Settings as the package's installation leaves them ("Internet Site"), on 127.0.0.1 only, so that
 * other addresses of the loopback network are left to others.
 */
export function debianMainCf(): Record<string, string> {
  return {
    ...settingsIn(readFileSync(`${DEBIAN}/main.cf.debian`, 'utf8')),
    smtp_tls_CApath: '/etc/ssl/certs',
    smtp_tls_security_level: 'may',
    smtp_tls_session_cache_database: 'btree:${data_directory}/smtp_scache',
    smtpd_relay_restrictions:
      'permit_mynetworks permit_sasl_authenticated defer_unauth_destination',
    myhostname: 'mail.home.test',
    mydestination: '$myhostname, localhost.home.test, localhost',
    alias_maps: 'texthash:${config_directory}/aliases',
    alias_database: '',
    relayhost: '',
    mynetworks: '127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128',
    mailbox_size_limit: '0',
    recipient_delimiter: '+',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'all',
  }
}

/** The services of the package: all of them, chrooted as there. */
export function debianMasterCf(smtpPort: number): string {
  const text = readFileSync(`${DEBIAN}/master.cf.dist`, 'utf8')
  return smtpPort === 25 ? text : text.replace(/^smtp(?= +inet )/m, String(smtpPort))
}

/** `name = value` lines without comments. */
function settingsIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter(line => /^\w+ *=/.test(line))
  return Object.fromEntries(lines.map(line => line.split(/ *= */, 2) as [string, string]))
}
