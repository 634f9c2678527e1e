import { FILE_NOTE } from './header-tables.js'
import type { QtlsOffer } from '../../policy/qtls-offer.js'

/** Name of the application in the file: `tls_config_name` of the lane. */
export const OPENSSL_NAME = 'postfix_qtls'

/**
 * The configuration of OpenSSL for the lane `qtls`: suites of TLS 1.3 and signature schemes, which no
 * setting of Postfix limits.
 *
 * Source  postconf(5), tls_config_file; config(5), "SSL Configuration"
 */
export function opensslConfig({ suites13, signatures }: QtlsOffer): string {
  return [
    FILE_NOTE.trimEnd(),
    `${OPENSSL_NAME} = settings`,
    '[settings]',
    'ssl_conf = ssl_settings',
    '[ssl_settings]',
    'system_default = offer',
    '[offer]',
    'MinProtocol = TLSv1.2',
    `Ciphersuites = ${suites13.join(':')}`,
    `SignatureAlgorithms = ${signatures.join(':')}`,
    '',
  ].join('\n')
}
