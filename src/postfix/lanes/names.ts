import { join, resolve } from 'node:path'
import type { Config } from '../../config/load.js'
import type { PostfixFacts } from '../instance.js'
import { chooseMapType, tableType } from '../map-type.js'

/** Name of the cleanup service that takes what the listeners let in. */
export const CLEANUP_SERVICE = 'cleanup-seal'

/** Name of the service that serves the lane `qtls` in place of `tlsmgr`. */
export const TLS_MANAGER = 'tlsmgr-qtls'

/** Where the maps of domains lie; other programs may read them. */
export function mapsDirectory(config: Pick<Config, 'state_directory' | 'maps'>): string {
  return resolve(config.state_directory, config.maps.directory)
}

/** A map of domains as Postfix names it: `cdb:/var/lib/postseal/maps/qtls_policy`. */
export function policyMap(
  name: 'qtls_policy' | 'tls_policy',
  config: Pick<Config, 'state_directory' | 'maps'>,
  facts: Pick<PostfixFacts, 'mapTypes'>,
): string {
  const type = chooseMapType(config.maps.map_type, facts.mapTypes)
  return `${type}:${join(mapsDirectory(config), name)}`
}

/** The directory of what setup writes for one instance, below its configuration: root's, like it. */
export function ownDirectory(facts: Pick<PostfixFacts, 'configDirectory'>): string {
  return join(facts.configDirectory, 'postseal')
}

/** A table of header lines as Postfix names it: `pcre:/etc/postfix/postseal/pins`. */
export function headerTable(
  name: 'pins' | 'strip',
  facts: Pick<PostfixFacts, 'configDirectory' | 'mapTypes'>,
): string {
  return `${tableType(facts.mapTypes)}:${join(ownDirectory(facts), name)}`
}

/** A listener as the next hop of a lane: `[127.0.0.1]:10026` of `127.0.0.1:10026`. */
export function nextHopOf(listener: string): string {
  const { host, port } = addressOf(listener)
  return `[${host}]:${port}`
}

export interface Address {
  readonly host: string
  readonly port: string
}

/** Reads `127.0.0.1:10026`, `[::1]:10026` or a port alone, whose host is empty. */
export function addressOf(text: string): Address {
  const colon = text.lastIndexOf(':')
  return {
    host: text.slice(0, Math.max(0, colon)).replace(/^\[|\]$/g, ''),
    port: text.slice(colon + 1),
  }
}
