import type { Config } from '../config/load.js'
import { addressMatcher, networkMatcher, type Matcher } from '../policy/matcher.js'
import type { LetterStyle } from '../seal/letter.js'
import { letterStyle } from '../seal/style.js'
import { sealWishes, type FindWishes } from '../seal/wishes.js'

/** What sealing takes from the settings, ready for use. */
export interface SealSettings {
  readonly style: LetterStyle
  readonly wishesFor: FindWishes
  /** Clients whose senders count as authenticated although they have not logged in. */
  readonly isTrusted: Matcher<string | undefined>
  /** Ends of a letter whose answers are left as they are. */
  readonly isLeftSealed: Matcher<string>
}

/** Throws  ERR_CONFIG_FILE for a logo that is none. */
export function sealSettings(config: Pick<Config, 'seal' | 'seal_to'>): SealSettings {
  const { trusted_networks: networks } = config.seal
  return Object.freeze({
    style: letterStyle(config),
    wishesFor: sealWishes(config),
    isTrusted: networkMatcher(networks),
    isLeftSealed: addressMatcher(config.seal.answers_left_sealed),
  })
}
