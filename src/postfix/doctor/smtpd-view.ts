import { parseList } from '../parameters.js'
import type { Service } from '../services.js'
import { addressOf } from '../lanes/names.js'
import { listenersThere } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { parseRestrictions, type Restriction } from './restrictions.js'
import { isLoopback, keyOf, servicesOf, valueOf } from './view.js'

/** The smtpd services that are not our listeners: whoever gives mail to this machine comes there. */
export function doorServices(facts: DoctorFacts): readonly Service[] {
  const ours = new Set(listenersThere(facts).map(keyOf))
  return servicesOf(facts, 'smtpd').filter(service => !ours.has(keyOf(service)))
}

/** Whether a door is open to this machine only, as that for a content filter's answer is. */
export function isInside(facts: DoctorFacts, service: Service): boolean {
  if (service.type === 'unix') return true
  if (service.type !== 'inet') return false
  const { host } = addressOf(service.name)
  if (host !== '') return isLoopback(host)
  const interfaces = parseList(valueOf(facts, 'inet_interfaces', service))
  return (
    interfaces.length > 0 && interfaces.every(one => one === 'loopback-only' || isLoopback(one))
  )
}

/** A list of restrictions of one service, its classes put in. */
export function restrictionsOf(
  facts: DoctorFacts,
  list: string,
  service: Service | undefined,
): readonly Restriction[] {
  const names = parseList(valueOf(facts, 'smtpd_restriction_classes', service))
  const classes = new Map(names.map(name => [name, valueOf(facts, name, service)]))
  return parseRestrictions(valueOf(facts, list, service), classes)
}
