import type { Config } from '../config/load.js'
import { parseMapTypes } from '../postfix/instance.js'
import { mapsDirectory, nextHopOf } from '../postfix/lanes/names.js'
import { chooseMapType, type MapType } from '../postfix/map-type.js'
import { outputOf, postfixRunner, type RunPostfix } from '../postfix/run.js'
import { ALL_CUSTOMERS, type LevelEntry, type StoreAdmin } from '../store/admin.js'
import { writeMaps, type MapOptions, type MapsResult } from './write.js'

/** Name of the TLS profile in force, for the header of each map. */
const PROFILE = 'bsi-compatible'

export interface MapsOf {
  readonly config: Config
  readonly levels: Iterable<LevelEntry>
  /** Epoch milliseconds. */
  readonly now: number
  readonly run?: RunPostfix
  /** In place of what [maps] says. */
  readonly directory?: string
  readonly mapType?: MapType | 'auto'
}

/**
 * Everything that maps depend on, from the settings.
 *
 * Throws  ERR_POSTFIX_MAP_TYPE when this Postfix has none of the types that may be taken.
 */
export async function mapOptions(of: MapsOf): Promise<MapOptions> {
  const { config, levels, now, run = postfixRunner(config.postfix) } = of
  const { mapType: wanted = config.maps.map_type, directory = mapsDirectory(config) } = of
  return {
    levels,
    now,
    run,
    directory,
    mapType: wanted === 'auto' ? await bestMapType(run) : wanted,
    profile: PROFILE,
    fallbacks: {
      qtls: nextHopOf(config.postfix.qtls_listener),
      tls: nextHopOf(config.postfix.tls_listener),
    },
  }
}

/** Writes the maps that differ from what the store says now; see `writeMaps`. */
export async function renewMaps(
  store: Pick<StoreAdmin, 'listLevels'>,
  of: Omit<MapsOf, 'levels'>,
): Promise<MapsResult> {
  const levels = await store.listLevels(ALL_CUSTOMERS)
  return writeMaps(await mapOptions({ ...of, levels }))
}

async function bestMapType(run: RunPostfix): Promise<MapType> {
  return chooseMapType('auto', parseMapTypes(await outputOf(run, 'postconf', ['-m'])))
}
