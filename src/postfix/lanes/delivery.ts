import { join } from 'node:path'
import type { Config } from '../../config/load.js'
import { SPLIT_LANE, productLane } from '../../policy/lanes.js'
import type { PostfixFacts } from '../instance.js'
import type { Service } from '../services.js'
import { headerTable, nextHopOf, ownDirectory, policyMap, TLS_MANAGER } from './names.js'
import { OPENSSL_NAME } from './openssl-config.js'
import { BRAINPOOL, type QtlsOffer } from '../../policy/qtls-offer.js'
import { laneService } from './service.js'

/** How many messages are handed back at once: a recipient limit of 1 sets the concurrency limit free. */
const SPLIT_PROCESSES = '20'

/** A listener may take its whole time before it answers; it must not deliver what we then defer. */
const PATIENCE = { smtp_data_done_timeout: '600s' }

/** What main.cf says about single servers does not change a lane without a policy map of its own. */
const NO_OTHER_POLICY = { smtp_tls_policy_maps: '', smtp_tls_per_site: '' }

type Options = Readonly<Record<string, string>>

/** The lanes: smtp(8) services with fixed TLS and fallback. */
export function deliveryServices(
  config: Config,
  facts: PostfixFacts,
  offer: QtlsOffer,
): readonly Service[] {
  const { qtls_listener: reQtls, tls_listener: reTls } = config.postfix
  const lane = (name: string, options: Options, processLimit = '-'): Service =>
    laneService(
      { name, type: 'unix', private: '-', processLimit, command: 'smtp' },
      { ...common(name, facts), ...options },
    )
  return [
    lane(SPLIT_LANE, splitOptions(facts), SPLIT_PROCESSES),
    lane('qtls', { ...qtlsOptions(config, facts, offer), ...fallbackTo(reQtls) }),
    lane('tls', { ...tlsOptions(config, facts), ...fallbackTo(reTls) }),
    lane('sealed', { smtp_tls_security_level: sealedLevel(facts), smtp_fallback_relay: '' }),
    ...config.product.map(product =>
      lane(productLane(product.name), productOptions(product.tls, facts)),
    ),
  ]
}

function common(name: string, facts: PostfixFacts): Options {
  return {
    syslog_name: `${facts.main.get('syslog_name') ?? 'postfix'}/${name}`,
    // The follower reads how each connection was protected.
    smtp_tls_loglevel: '1',
    smtp_tls_wrappermode: 'no',
  }
}

/**
 * No connection is kept: Postfix files one to the fallback under the domain it was for, and the next
 * message to that domain would go straight there without having tried the domain's own servers.
 */
function fallbackTo(listener: string): Options {
  return {
    smtp_fallback_relay: nextHopOf(listener),
    smtp_connection_cache_on_demand: 'no',
    smtp_connection_cache_destinations: '',
    ...PATIENCE,
  }
}

/**
 * Hands a message back as it is. Nothing may be done on this way that is done again on the way out,
 * and no setting for outside servers may change what the listener says.
 */
function splitOptions(facts: PostfixFacts): Options {
  return {
    smtp_tls_security_level: 'none',
    ...NO_OTHER_POLICY,
    smtp_fallback_relay: '',
    ...PATIENCE,
    // A folded line would break signatures and the body's hash.
    smtp_line_length_limit: '0',
    smtp_send_xforward_command: 'no',
    smtp_sasl_auth_enable: 'no',
    // From an outside address of this machine the listener would not take it.
    smtp_bind_address: '',
    smtp_bind_address6: '',
    smtp_generic_maps: '',
    smtp_header_checks: headerTable('strip', facts),
    smtp_mime_header_checks: '',
    smtp_nested_header_checks: '',
    smtp_body_checks: '',
    smtp_discard_ehlo_keywords: '',
    smtp_discard_ehlo_keyword_address_maps: '',
    smtp_reply_filter: '',
    smtp_delivery_status_filter: '',
    // Waiting is an everyday answer here, no trouble to report.
    notify_classes: 'resource, software',
  }
}

/** The prober sends a server's name with DANE alone, as Postfix does unless main.cf says otherwise. */
const NO_NAME: Options = { smtp_tls_servername: '' }

/**
 * Only what was verified beforehand. Without an entry in the map no certificate can match. Sessions
 * are neither shared nor resumed: a shared one has the settings of tlsproxy(8) instead of these.
 */
function qtlsOptions(config: Config, facts: PostfixFacts, offer: QtlsOffer): Options {
  return {
    smtp_tls_security_level: 'secure',
    smtp_tls_secure_cert_match: 'unqualified.invalid',
    smtp_tls_policy_maps: policyMap('qtls_policy', config, facts),
    ...trustAnchors(facts),
    smtp_tls_mandatory_protocols: '>=TLSv1.2',
    smtp_tls_mandatory_ciphers: 'high',
    tls_high_cipherlist: offer.suites.join(':'),
    tls_eecdh_auto_curves: offer.curves.join(' '),
    tls_ffdhe_auto_groups: offer.fields.join(' '),
    tls_config_file: join(ownDirectory(facts), 'openssl.cnf'),
    tls_config_name: OPENSSL_NAME,
    ...NO_NAME,
    smtp_tls_fingerprint_digest: 'sha256',
    smtp_dns_support_level: 'dnssec',
    smtp_tls_dane_insecure_mx_policy: 'dane',
    smtp_tls_connection_reuse: 'no',
    tlsmgr_service_name: TLS_MANAGER,
  }
}

function tlsOptions(config: Config, facts: PostfixFacts): Options {
  return {
    smtp_tls_security_level: 'encrypt',
    smtp_tls_policy_maps: policyMap('tls_policy', config, facts),
    smtp_tls_mandatory_protocols: '>=TLSv1.2',
    smtp_tls_mandatory_ciphers: 'high',
    tls_high_cipherlist: facts.defaults.get('tls_high_cipherlist') ?? '',
    ...widerCurves(facts),
    ...NO_NAME,
    smtp_tls_connection_reuse: 'no',
  }
}

/** What Postfix offers by itself, and Brainpool, which the guideline lists and some servers have alone. */
function widerCurves({ defaults }: PostfixFacts): Options {
  const curves = defaults.get('tls_eecdh_auto_curves') ?? ''
  if (curves === '') return {}
  return { tls_eecdh_auto_curves: [curves, ...BRAINPOOL].join(' ') }
}

/** The content is protected, so TLS is taken where it can be had; DANE where it is used anyhow. */
function sealedLevel(facts: PostfixFacts): string {
  return facts.main.get('smtp_tls_security_level') === 'dane' ? 'dane' : 'may'
}

function productOptions(tls: 'none' | 'encrypt' | 'secure', facts: PostfixFacts): Options {
  return {
    smtp_tls_security_level: tls,
    ...NO_OTHER_POLICY,
    smtp_fallback_relay: '',
    ...(tls === 'none' ? {} : { smtp_tls_mandatory_protocols: '>=TLSv1.2' }),
    ...(tls === 'secure' ? trustAnchors(facts) : {}),
  }
}

/** Where main.cf names no authorities, those of OpenSSL on this machine are taken. */
function trustAnchors({ main }: PostfixFacts): Options {
  const named = ['smtp_tls_CAfile', 'smtp_tls_CApath'].some(name => (main.get(name) ?? '') !== '')
  return named ? {} : { tls_append_default_CA: 'yes' }
}
