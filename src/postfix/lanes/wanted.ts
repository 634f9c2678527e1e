import type { Config } from '../../config/load.js'
import { join } from 'node:path'
import type { PostfixFacts } from '../instance.js'
import type { Service } from '../services.js'
import { deliveryServices } from './delivery.js'
import { pinTable, stripTable } from './header-tables.js'
import { knownOnly } from './known.js'
import { listenerServices } from './listeners.js'
import { mainSettings, type Setting } from './main-settings.js'
import { ourMilter, signersIn } from './milters.js'
import { ownDirectory } from './names.js'
import { opensslConfig } from './openssl-config.js'
import { BSI_OFFER, type QtlsOffer } from '../../policy/qtls-offer.js'
import type { Remark } from './remark.js'
import { tlsManagerService } from './tls-manager.js'
import { keyOf, optionsOfOthers, type ServiceOption } from './their-services.js'

/** The lanes as data: all that has to be in the files of Postfix, and nothing about how it gets there. */
export interface WantedLanes {
  readonly mainCf: readonly Setting[]
  /** Services of ours, the lanes first. */
  readonly masterCf: readonly Service[]
  /** Options of services that are not ours. */
  readonly options: readonly ServiceOption[]
  readonly files: readonly WantedFile[]
  /** What this version of Postfix cannot do. */
  readonly remarks: readonly Remark[]
}

export interface WantedFile {
  readonly path: string
  readonly text: string
}

export interface LaneOptions {
  /** Milters that sign, by their address or a part of it, beside those known by name. */
  readonly signers?: readonly string[]
  readonly offer?: QtlsOffer
}

/**
 * What an instance of Postfix has to say for the lanes to be in force.
 *
 * Gives   the same for an instance before and after setup: what is ours already counts as ours.
 * Throws  ERR_POSTFIX_MAP_TYPE when this Postfix has no map of a form that we can write.
 */
export function wantedLanes(
  config: Config,
  facts: PostfixFacts,
  { signers = [], offer = BSI_OFFER }: LaneOptions = {},
): WantedLanes {
  const theirs = facts.explicit.get('smtpd_milters') ?? ''
  const milters = [ourMilter(config, facts), ...signersIn(theirs, signers, config, facts)]
  const services = [
    ...deliveryServices(config, facts, offer),
    tlsManagerService(),
    ...listenerServices(config, facts, milters.join(', ')),
  ].map(service => knownOnly(service, facts))
  const masterCf = services.map(({ service }) => service)
  const ours = new Set(masterCf.map(keyOf))
  const others = facts.services.filter(service => !ours.has(keyOf(service)))
  const own = (name: string): string => join(ownDirectory(facts), name)
  return Object.freeze({
    mainCf: mainSettings(config, facts),
    masterCf,
    options: optionsOfOthers(others, config, facts),
    files: [
      { path: own('pins'), text: pinTable(config) },
      { path: own('strip'), text: stripTable() },
      { path: own('openssl.cnf'), text: opensslConfig(offer) },
    ],
    remarks: services.flatMap(({ remarks }) => remarks),
  })
}
