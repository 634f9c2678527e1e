import type { Service } from '../services.js'
import { TLS_MANAGER } from './names.js'
import { laneService } from './service.js'

/**
 * A tlsmgr(8) without session caches, for the lane `qtls`. Which caches there are is said by the manager
 * and not by the client, so an empty smtp_tls_session_cache_database at the lane has no effect. Postfix
 * takes the verdict on a resumed session from the session, without looking at names again: for an hour a
 * server would still count as verified whose domain has no entry any more (seen with 3.7.11).
 *
 * Source  postconf(5), tlsmgr_service_name; Postfix src/tls/tls_client.c, tls_client_init
 */
export function tlsManagerService(): Service {
  return laneService(
    { name: TLS_MANAGER, type: 'unix', private: '-', processLimit: '1', command: 'tlsmgr' },
    {
      smtp_tls_session_cache_database: '',
      lmtp_tls_session_cache_database: '',
      smtpd_tls_session_cache_database: '',
    },
  )
}
