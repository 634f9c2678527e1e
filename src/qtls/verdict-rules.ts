import { createHash } from 'node:crypto'
import type { Config } from '../config/load.js'
import { readTlsProfile, type TlsProfile } from './tls-profile.js'
import type { Binding } from './verdict-model.js'

/** Everything beside facts and time that a verdict depends on. */
export interface VerdictRules {
  readonly profile: TlsProfile
  /** Ways of binding that count. */
  readonly bindings: readonly Binding[]
  /** The same for the same rules; kept with each verdict. */
  readonly digest: string
}

/** Raised whenever `judge` makes another verdict of the same facts. */
const EDITION = 1

const DIGITS = 16

export function verdictRules(profile: TlsProfile, bindings: readonly Binding[]): VerdictRules {
  const all = JSON.stringify([EDITION, profile, [...bindings].sort()])
  const digest = createHash('sha256').update(all).digest('hex').slice(0, DIGITS)
  return Object.freeze({ profile, bindings, digest })
}

/**
 * The rules that the settings name, as their files are now.
 *
 * Throws  what `readTlsProfile` throws
 */
export function rulesInForce({ prober }: Pick<Config, 'prober'>): VerdictRules {
  return verdictRules(readTlsProfile(prober.tls_profile), prober.bindings)
}
