import type { PostfixFacts } from '../instance.js'
import type { Service } from '../services.js'
import type { Remark } from './remark.js'

/** What is lost with a parameter that a version does not have; others are lost without harm. */
const LOSSES: Readonly<Record<string, string>> = {
  tls_config_file:
    'suites of TLS 1.3 and signature schemes of the lane qtls are not limited; the prober and the log tell what was used',
  smtp_tls_dane_insecure_mx_policy: 'DANE of a domain whose MX records are unsigned is not used',
}

/**
 * The service without the options that this version of Postfix does not know: it would take them,
 * warn, and do nothing.
 */
export function knownOnly(
  service: Service,
  { defaults, version }: Pick<PostfixFacts, 'defaults' | 'version'>,
): { readonly service: Service; readonly remarks: readonly Remark[] } {
  const unknown = [...service.options.keys()].filter(name => !defaults.has(name))
  if (unknown.length === 0) return { service, remarks: [] }
  const options = new Map([...service.options].filter(([name]) => defaults.has(name)))
  const remarks = unknown.flatMap(name => {
    const loss = LOSSES[name]
    if (loss === undefined) return []
    return [
      {
        kind: 'note',
        where: `${service.name}/${service.type}`,
        what: `Postfix ${version} does not know ${name}: ${loss}.`,
        remedy: 'Update Postfix.',
      } as const,
    ]
  })
  return { service: Object.freeze({ ...service, options }), remarks }
}
