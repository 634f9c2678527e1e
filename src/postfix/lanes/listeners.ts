import type { Config } from '../../config/load.js'
import { PASSES, type Pass } from '../../policy/lanes.js'
import type { PostfixFacts } from '../instance.js'
import type { Service } from '../services.js'
import { CLEANUP_SERVICE } from './names.js'
import { laneService } from './service.js'

const LISTENER_PROCESSES = '40'

/** Sealing makes a message up to so much larger; a listener that refused it would bounce it. */
const GROWTH = 2.5

/** No number of errors ends a session: 451 is an everyday answer here. */
const NO_ERROR_LIMIT = '100000'

/** Anybody but this machine is turned away until the settings are right again; no mail is lost by it. */
const ONLY_US = 'permit_mynetworks, defer'

type Options = Readonly<Record<string, string>>

/** The listeners, and the cleanup service behind them. */
export function listenerServices(
  config: Config,
  facts: PostfixFacts,
  milters: string,
): readonly Service[] {
  const addresses: Readonly<Record<Exclude<Pass, 'first'>, string>> = {
    're-split': config.postfix.split_listener,
    're-qtls': config.postfix.qtls_listener,
    're-tls': config.postfix.tls_listener,
  }
  const listeners = PASSES.filter(pass => pass !== 'first').map(pass =>
    laneService(
      {
        name: addresses[pass],
        type: 'inet',
        private: 'n',
        processLimit: LISTENER_PROCESSES,
        command: 'smtpd',
      },
      listenerOptions(pass, facts, milters),
    ),
  )
  return [...listeners, cleanupService(facts)]
}

function listenerOptions(pass: Pass, facts: PostfixFacts, milters: string): Options {
  return {
    syslog_name: `${facts.main.get('syslog_name') ?? 'postfix'}/${pass}`,
    // The milter: it learns by this name which lane a message comes from.
    milter_macro_daemon_name: pass,
    milter_connect_macros: facts.defaults.get('milter_connect_macros') ?? '',
    smtpd_milters: milters,
    smtpd_milter_maps: '',
    cleanup_service_name: CLEANUP_SERVICE,
    // Addresses were mapped and copies made in the first pass.
    receive_override_options: 'no_address_mappings',
    local_header_rewrite_clients: '',
    remote_header_rewrite_domain: '',
    content_filter: '',
    smtpd_proxy_filter: '',
    message_size_limit: sizeLimit(facts),
    ...whoMayCome(facts),
    ...WHAT_IS_SAID,
    ...NO_LIMITS,
  }
}

function whoMayCome(facts: PostfixFacts): Options {
  return {
    mynetworks: ownNetworks(facts),
    smtpd_client_restrictions: '',
    smtpd_helo_required: 'no',
    smtpd_helo_restrictions: '',
    smtpd_sender_restrictions: '',
    smtpd_relay_restrictions: ONLY_US,
    smtpd_recipient_restrictions: ONLY_US,
    smtpd_data_restrictions: '',
    smtpd_end_of_data_restrictions: '',
    smtpd_etrn_restrictions: 'reject',
    smtpd_delay_reject: 'yes',
    smtpd_reject_unlisted_sender: 'no',
    smtpd_reject_unlisted_recipient: 'no',
    strict_rfc821_envelopes: 'no',
    smtpd_authorized_xclient_hosts: '',
    smtpd_authorized_xforward_hosts: '',
    smtpd_upstream_proxy_protocol: '',
    smtpd_sasl_auth_enable: 'no',
    smtpd_tls_security_level: 'none',
    smtpd_tls_wrappermode: 'no',
  }
}

/** A lane with an outside address of its own (smtp_bind_address) comes from that address. */
function ownNetworks({ main }: PostfixFacts): string {
  const four = main.get('smtp_bind_address') ?? ''
  const six = main.get('smtp_bind_address6') ?? ''
  return [
    '127.0.0.0/8',
    '[::1]/128',
    ...(four === '' ? [] : [`${four}/32`]),
    ...(six === '' ? [] : [`[${six.replace(/[[\]]/g, '')}]/128`]),
  ].join(' ')
}

/** The same extensions as anywhere, and replies as the milter gives them. */
const WHAT_IS_SAID: Options = {
  smtpd_discard_ehlo_keywords: '',
  smtpd_discard_ehlo_keyword_address_maps: '',
  smtpd_command_filter: '',
  smtpd_reject_footer: '',
  smtpd_reject_footer_maps: '',
  soft_bounce: 'no',
  notify_classes: 'resource, software',
}

const NO_LIMITS: Options = {
  smtpd_client_connection_count_limit: '0',
  smtpd_client_connection_rate_limit: '0',
  smtpd_client_message_rate_limit: '0',
  smtpd_client_recipient_rate_limit: '0',
  smtpd_client_new_tls_session_rate_limit: '0',
  smtpd_client_auth_rate_limit: '0',
  smtpd_client_event_limit_exceptions: '$mynetworks',
  smtpd_error_sleep_time: '0s',
  smtpd_soft_error_limit: NO_ERROR_LIMIT,
  smtpd_hard_error_limit: NO_ERROR_LIMIT,
  smtpd_junk_command_limit: NO_ERROR_LIMIT,
}

/** The administrator's checks of content were made in the first pass; what passed them is not refused now. */
function cleanupService(facts: PostfixFacts): Service {
  return laneService(
    { name: CLEANUP_SERVICE, type: 'unix', private: 'n', processLimit: '0', command: 'cleanup' },
    {
      message_size_limit: sizeLimit(facts),
      header_checks: '',
      mime_header_checks: '',
      nested_header_checks: '',
      body_checks: '',
      always_add_missing_headers: 'no',
      message_reject_characters: '',
      message_strip_characters: '',
      strict_7bit_headers: 'no',
      strict_8bitmime: 'no',
      strict_8bitmime_body: 'no',
      strict_mime_encoding_domain: 'no',
    },
  )
}

/** 0 means no limit, here as there. */
function sizeLimit({ main }: PostfixFacts): string {
  return String(Math.ceil(Number(main.get('message_size_limit') ?? 0) * GROWTH))
}
