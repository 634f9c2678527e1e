import type { Config } from '../../config/load.js'
import {
  FINAL_LANES,
  LANE_HEADER,
  REFERENCE_HEADER,
  SPLIT_LANE,
  productLane,
  type Pass,
} from '../../policy/lanes.js'
import type { Service } from '../services.js'
import { addressOf, nextHopOf } from '../lanes/names.js'
import { serviceNamed } from './view.js'
import type { DoctorFacts } from './facts.js'

/** A listener as the settings name it. */
export interface Listener {
  readonly pass: Exclude<Pass, 'first'>
  /** `127.0.0.1:10026`. */
  readonly address: string
  /** The lane that comes back here. */
  readonly lane: string
}

export function listenersOf({ postfix }: Config): readonly Listener[] {
  return [
    { pass: 're-split', address: postfix.split_listener, lane: 'split' },
    { pass: 're-qtls', address: postfix.qtls_listener, lane: 'qtls' },
    { pass: 're-tls', address: postfix.tls_listener, lane: 'tls' },
  ]
}

/** Every service that a message may be pinned to or come to by default. */
export function laneNames(config: Config): readonly string[] {
  const products = config.product.map(({ name }) => productLane(name))
  return [...FINAL_LANES, SPLIT_LANE, ...products]
}

/** What `default_transport` has to be. */
export function splitTransport({ postfix }: Config): string {
  return `${SPLIT_LANE}:${nextHopOf(postfix.split_listener)}`
}

/** The action that the pin table must have for the header of a lane. */
export function pinOf(config: Config, lane: string): string {
  if (lane === SPLIT_LANE) return `FILTER ${splitTransport(config)}`
  const product = config.product.find(({ name }) => productLane(name) === lane)
  return `FILTER ${lane}:${product?.next_hop ?? ''}`
}

/** The header line that the milter adds to pin a message. */
export function laneLine(lane: string): string {
  return `${LANE_HEADER}: ${lane}`
}

/** A reference header line of the right form. */
export const REFERENCE_LINE = `${REFERENCE_HEADER}: 0123456789abcdefghij-0123456789abcdef`

/** The service of master.cf that listens there; undefined where none does. */
export function serviceAt(facts: DoctorFacts, address: string): Service | undefined {
  const wanted = addressOf(address)
  return facts.postfix.services.find(service => {
    if (service.type !== 'inet') return false
    const { host, port } = addressOf(service.name)
    const named = host === 'localhost' ? '127.0.0.1' : host
    return port === wanted.port && named === wanted.host
  })
}

/** Services of our listeners, those that are there. */
export function listenersThere(facts: DoctorFacts): readonly Service[] {
  return listenersOf(facts.config).flatMap(({ address }) => serviceAt(facts, address) ?? [])
}

/** Services of our lanes, those that are there, whatever program they run. */
export function lanesThere(facts: DoctorFacts): readonly Service[] {
  return laneNames(facts.config).flatMap(name => serviceNamed(facts, name) ?? [])
}
