import type { Config } from '../config/load.js'
import { parseMapTypes } from '../postfix/instance.js'
import { mapsDirectory, nextHopOf } from '../postfix/lanes/names.js'
import { chooseMapType, type MapType } from '../postfix/map-type.js'
import { outputOf, postfixRunner, type RunPostfix } from '../postfix/run.js'
import { rulesInForce } from '../qtls/verdict-rules.js'
import type { Pin } from './policy.js'
import type { LevelSource, MapOptions } from './write.js'

/** The profile that follows the guideline to the letter; its levels hold for the keys that were seen. */
const STRICT_PROFILE = 'bsi-2026'

export interface MapsOf {
  readonly config: Config
  readonly levels: LevelSource
  /** Epoch milliseconds. */
  readonly now: number
  readonly run?: RunPostfix
  /** In place of what [maps] says. */
  readonly directory?: string
  readonly mapType?: MapType | 'auto'
  /** Any number of domains may lose their entry at once. */
  readonly force?: boolean
}

/** Before there is a store, there are no levels. */
export const NO_LEVELS: LevelSource = Object.freeze({
  levelsInForce: async function* () {
    // Nothing to give.
  },
  levelsWithNextHop: () => Promise.resolve([]),
})

/**
 * Everything that maps depend on, from the settings.
 *
 * Throws  ERR_POSTFIX_MAP_TYPE when this Postfix has none of the types that may be taken.
 */
export async function mapOptions(of: MapsOf): Promise<MapOptions> {
  const { config, levels, now, run = postfixRunner(config.postfix) } = of
  const { mapType: wanted = config.maps.map_type, directory = mapsDirectory(config) } = of
  const { profile, digest } = rulesInForce(config)
  return {
    levels,
    now,
    run,
    directory,
    mapType: wanted === 'auto' ? await bestMapType(run) : wanted,
    profile: profile.name,
    rules: digest,
    pin: pinOf(config.maps.pin, profile.name),
    maxDrop: of.force === true ? 100 : config.maps.max_drop,
    fallbacks: {
      qtls: nextHopOf(config.postfix.qtls_listener),
      tls: nextHopOf(config.postfix.tls_listener),
    },
  }
}

function pinOf(wanted: Pin | 'auto', profile: string): Pin {
  if (wanted !== 'auto') return wanted
  return profile === STRICT_PROFILE ? 'spki' : 'names'
}

async function bestMapType(run: RunPostfix): Promise<MapType> {
  return chooseMapType('auto', parseMapTypes(await outputOf(run, 'postconf', ['-m'])))
}
