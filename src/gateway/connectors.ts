import { invalidSettings } from '../config/check.js'
import type { Config } from '../config/load.js'
import { compileConnectors, type Connector } from '../policy/connector.js'

type Settings = Config['connector'][number]

/**
 * The connectors of the settings, each with the sender domains that it means.
 *
 * Throws  ERR_CONFIG_INVALID when one can never fit, or fits more than it says.
 */
export function loadConnectors(config: Config): readonly Connector[] {
  const { connector: all, customer: customers } = config
  const problems = all.flatMap((one, index) =>
    problemsOf(one, config).map(({ field, what }) => {
      const where = config.where(['connector', index, field], 'value')
      return `${where}: connector ${one.name}: ${what}`
    }),
  )
  if (problems.length > 0) throw invalidSettings(problems)
  return compileConnectors(
    all.map(one => {
      const own = customers.find(({ name }) => name === one.customer)?.domains ?? []
      return { ...one, sender_domains: one.sender_domains.length > 0 ? one.sender_domains : own }
    }),
  )
}

interface Problem {
  readonly field: keyof Settings
  readonly what: string
}

function problemsOf(one: Settings, { connector: all, customer: customers }: Config): Problem[] {
  const problems: Problem[] = []
  if (all.filter(({ name }) => name === one.name).length > 1)
    problems.push({ field: 'name', what: 'this name is there twice' })
  if (one.certificates.length === 0)
    problems.push({ field: 'certificates', what: 'names no certificate' })
  if (one.tenants.length === 0 && all.some(other => other !== one && isAlike(one, other)))
    problems.push({
      field: 'tenants',
      what: 'another connector has this certificate too, so it has to name its tenants',
    })
  if (one.customer !== '' && !customers.some(({ name }) => name === one.customer))
    problems.push({ field: 'customer', what: `there is no customer ${one.customer}` })
  if (one.customer === '' && one.sender_domains.length === 0 && customers.length > 0)
    problems.push({
      field: 'name',
      what: 'with several customers it has to name customer or sender_domains, or one could send as another',
    })
  return problems
}

function isAlike(one: Settings, other: Settings): boolean {
  const names = new Set(one.certificates.map(name => name.toLowerCase()))
  return other.certificates.some(name => names.has(name.toLowerCase()))
}
