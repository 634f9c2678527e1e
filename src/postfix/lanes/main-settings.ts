import type { Config } from '../../config/load.js'
import { FINAL_LANES, SPLIT_LANE, productLane } from '../../policy/lanes.js'
import type { PostfixFacts } from '../instance.js'
import { parseList } from '../parameters.js'
import { names } from './expand.js'
import { withOurs } from './milters.js'
import { headerTable, nextHopOf } from './names.js'

/** A parameter of main.cf as it has to be. */
export interface Setting {
  readonly name: string
  readonly value: string
}

/** What main.cf has to say so that nothing external leaves without a decision. */
export function mainSettings(config: Config, facts: PostfixFacts): readonly Setting[] {
  return [
    { name: 'default_transport', value: splitTransport(config) },
    ...milterSettings(config, facts),
    ...headerSettings(facts),
    // A recipient at a time, and none given up on because of another.
    { name: 'split_destination_recipient_limit', value: '1' },
    { name: 'split_destination_concurrency_failed_cohort_limit', value: '0' },
    ...schedulingSettings(config, facts),
    ...verificationSettings(facts),
  ]
}

/** What `default_transport` has to be. */
export function splitTransport(config: Pick<Config, 'postfix'>): string {
  return `${SPLIT_LANE}:${nextHopOf(config.postfix.split_listener)}`
}

function milterSettings(config: Config, facts: PostfixFacts): readonly Setting[] {
  return ['smtpd_milters', 'non_smtpd_milters'].flatMap(name => {
    const value = facts.explicit.get(name) ?? ''
    return name !== 'smtpd_milters' && names(value, 'smtpd_milters')
      ? []
      : [{ name, value: withOurs(value, config, facts) }]
  })
}

function headerSettings(facts: PostfixFacts): readonly Setting[] {
  const first = (name: string, table: 'pins' | 'strip'): Setting => ({
    name,
    value: withTable(facts.explicit.get(name) ?? '', headerTable(table, facts)),
  })
  return [
    first('milter_header_checks', 'pins'),
    first('smtp_header_checks', 'strip'),
    first('lmtp_header_checks', 'strip'),
  ]
}

/** A list of tables with ours first: of several that know a header line the first one counts. */
export function withTable(list: string, table: string): string {
  return [table, ...parseList(list).filter(entry => entry !== table)].join(', ')
}

/** What the administrator says for `smtp`, which external mail took so far. */
const SCHEDULING = /^smtp_((?:initial_)?destination_\w+|transport_rate_delay)$/

/** The lanes keep to the limits that external mail had before; the way back to us needs none. */
function schedulingSettings(config: Config, facts: PostfixFacts): readonly Setting[] {
  const lanes = [...FINAL_LANES, ...config.product.map(({ name }) => productLane(name))]
  const copied = [...facts.explicit.keys()].flatMap(name => {
    const limit = SCHEDULING.exec(name)?.[1]
    return limit === undefined
      ? []
      : lanes.map(lane => ({ name: `${lane}_${limit}`, value: `$${name}` }))
  })
  const delays = ['destination_rate_delay', 'transport_rate_delay'].filter(
    delay => !/^0\w?$/.test(facts.main.get(`default_${delay}`) ?? '0s'),
  )
  return [...copied, ...delays.map(delay => ({ name: `${SPLIT_LANE}_${delay}`, value: '0s' }))]
}

/** Whether an address exists is asked where it lives; at split every address does. */
function verificationSettings(facts: PostfixFacts): readonly Setting[] {
  const name = 'address_verify_default_transport'
  const value = facts.explicit.get(name) ?? '$default_transport'
  return names(value, 'default_transport') || value === 'smtp' ? [{ name, value: 'smtp' }] : []
}
