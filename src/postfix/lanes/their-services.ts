import type { Config } from '../../config/load.js'
import type { PostfixFacts } from '../instance.js'
import type { Service } from '../services.js'
import { names } from './expand.js'
import { withTable } from './main-settings.js'
import { withOurs } from './milters.js'
import { headerTable } from './names.js'

/** An option that a service of the administrator's has to have. */
export interface ServiceOption {
  /** As `name/type` in master.cf. */
  readonly service: string
  readonly name: string
  readonly value: string
}

/**
 * Options of services that are not ours. A service that says something of its own about milters or
 * header checks does not hear what main.cf says; it gets our entry before its own. What is empty on
 * purpose, as behind a content filter, stays so.
 */
export function optionsOfOthers(
  others: readonly Service[],
  config: Config,
  facts: PostfixFacts,
): readonly ServiceOption[] {
  return others.flatMap(service => [
    ...milterOption(service, config, facts),
    ...tableOption(service, facts),
  ])
}

function milterOption(
  service: Service,
  config: Config,
  facts: PostfixFacts,
): readonly ServiceOption[] {
  const name = 'smtpd_milters'
  const value = service.options.get(name) ?? ''
  if (service.command !== 'smtpd' || value === '' || names(value, name)) return []
  return [{ service: keyOf(service), name, value: withOurs(value, config, facts) }]
}

function tableOption(service: Service, facts: PostfixFacts): readonly ServiceOption[] {
  const [name, table] = TABLES[service.command] ?? []
  if (name === undefined || table === undefined) return []
  const value = service.options.get(name)
  if (value === undefined || names(value, name)) return []
  return [{ service: keyOf(service), name, value: withTable(value, headerTable(table, facts)) }]
}

const TABLES: Readonly<Record<string, readonly [name: string, table: 'pins' | 'strip']>> = {
  cleanup: ['milter_header_checks', 'pins'],
  smtp: ['smtp_header_checks', 'strip'],
  lmtp: ['lmtp_header_checks', 'strip'],
}

/** `name/type`, as postconf(1) names a service. */
export function keyOf({ name, type }: Pick<Service, 'name' | 'type'>): string {
  return `${name}/${type}`
}
