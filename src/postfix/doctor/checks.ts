import type { Check } from './check.js'
import { CERTIFICATE_CHECKS } from './client-certificates.js'
import { DOMAIN_CHECKS } from './domains.js'
import { FILTER_CHECKS } from './filters.js'
import { insideWays } from './inside-ways.js'
import { LANE_CHECKS } from './lanes.js'
import { LANE_TLS_CHECKS } from './lane-tls.js'
import { LIMIT_CHECKS } from './limits.js'
import { LISTENER_CHECKS } from './listeners.js'
import { mappedRecipients } from './mapped-recipients.js'
import { LIVE_CHECKS } from './live.js'
import { MILTER_CHECKS } from './milters.js'
import { MILTER_SETTING_CHECKS } from './milter-settings.js'
import { NETWORK_CHECKS } from './networks.js'
import { otherInstances } from './other-instances.js'
import { PIN_CHECKS } from './pins.js'
import { POLICY_MAP_CHECKS } from './policy-maps.js'
import { QUEUE_CHECKS } from './queue-rights.js'
import { RECORD_CHECKS } from './records.js'
import { asSetUp } from './as-set-up.js'
import { openRelay } from './relay.js'
import { RESOLVER_CHECKS } from './resolver.js'
import { ROUTE_CHECKS } from './routes.js'
import { SPLIT_CHECKS } from './split-lane.js'
import { laneFiles } from './tls-files.js'
import { transportTable } from './transport-tables.js'
import { VERIFICATION_CHECKS } from './verification.js'

/** Every check, in the order of a message's way. */
export const CHECKS: readonly Check[] = [
  ...LIVE_CHECKS,
  ...MILTER_CHECKS,
  ...MILTER_SETTING_CHECKS,
  ...DOMAIN_CHECKS,
  ...ROUTE_CHECKS,
  transportTable,
  insideWays,
  mappedRecipients,
  ...FILTER_CHECKS,
  ...PIN_CHECKS,
  ...LANE_CHECKS,
  ...LANE_TLS_CHECKS,
  laneFiles,
  ...POLICY_MAP_CHECKS,
  ...SPLIT_CHECKS,
  ...LISTENER_CHECKS,
  ...LIMIT_CHECKS,
  ...VERIFICATION_CHECKS,
  ...RESOLVER_CHECKS,
  ...RECORD_CHECKS,
  ...QUEUE_CHECKS,
  ...NETWORK_CHECKS,
  ...CERTIFICATE_CHECKS,
  otherInstances,
  openRelay,
  asSetUp,
]
