import { isIP } from 'node:net'
import type { Service } from '../services.js'
import type { Edit, Evidence } from './check.js'
import type { DoctorFacts, Parameters } from './facts.js'

/** `name/type`, as postconf(1) names a service. */
export function keyOf(service: Service): string {
  return `${service.name}/${service.type}`
}

/** The value in force, for a service or, without one, for whoever has no options of its own. */
export function valueOf(facts: DoctorFacts, parameter: string, service?: Service): string {
  return viewOf(facts, service).get(parameter) ?? ''
}

function viewOf(facts: DoctorFacts, service: Service | undefined): Parameters {
  if (service === undefined) return facts.postfix.main
  return facts.views.get(keyOf(service)) ?? facts.postfix.main
}

/** The number that a limit has; 0 where the text is none. Sizes and counts have no unit in Postfix. */
export function numberOf(facts: DoctorFacts, parameter: string, service?: Service): number {
  const value = Number(valueOf(facts, parameter, service))
  return Number.isFinite(value) ? value : 0
}

/** Postfix's units of time, in milliseconds. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1000,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/**
 * A time-out in milliseconds.
 *
 * Gives   undefined for what is no time.
 * Source  postconf(5), "Time units"
 */
export function timeOf(
  facts: DoctorFacts,
  parameter: string,
  service?: Service,
  unit = 's',
): number | undefined {
  const text = valueOf(facts, parameter, service)
  const [, digits, named = ''] = /^(\d+)([smhdw]?)$/.exec(text) ?? []
  const factor = UNITS[named === '' ? unit : named]
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor
}

export function isYes(value: string): boolean {
  return value.toLowerCase() === 'yes'
}

/** Where a value comes from: the option of the service if it has one, else main.cf. */
export function whereIs(facts: DoctorFacts, parameter: string, service?: Service): Evidence {
  const { configDirectory } = facts.postfix
  const value = valueOf(facts, parameter, service)
  return service?.options.has(parameter) === true
    ? { file: `${configDirectory}/master.cf`, service: keyOf(service), parameter, value }
    : { file: `${configDirectory}/main.cf`, parameter, value }
}

/** Where a service stands. */
export function whereServed(facts: DoctorFacts, service: Service): Evidence {
  return { file: `${facts.postfix.configDirectory}/master.cf`, service: keyOf(service) }
}

/** Programs that hand messages to transports; each is a form of qmgr(8). */
export const SCHEDULERS = ['qmgr', 'oqmgr', 'nqmgr'] as const

/** Services that run one of these programs, in the order of master.cf. */
export function servicesOf(facts: DoctorFacts, ...commands: string[]): readonly Service[] {
  return facts.postfix.services.filter(({ command }) => commands.includes(command))
}

/**
 * Whose settings count for programs: each service that has options of its own, and main.cf
 * (undefined) where one has none.
 */
export function readersOf(
  facts: DoctorFacts,
  ...commands: string[]
): readonly (Service | undefined)[] {
  const services = servicesOf(facts, ...commands)
  const own = services.filter(({ options }) => options.size > 0)
  return services.length > 0 && own.length === services.length ? own : [undefined, ...own]
}

/** A change of a setting where it stands: at the service if it has it as an option, else in main.cf. */
export function editOf(parameter: string, value: string | undefined, service?: Service): Edit {
  return service?.options.has(parameter) === true
    ? { service: keyOf(service), parameter, value }
    : { parameter, value }
}

export function serviceNamed(facts: DoctorFacts, name: string, type = 'unix'): Service | undefined {
  return facts.postfix.services.find(one => one.name === name && one.type === type)
}

/** Whether only this machine reaches a host, by address or by the name that every machine has. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}
