import type { Config } from '../config/load.js'
import { rulesInForce, type VerdictRules } from './verdict-rules.js'

/** The rules for verdicts that are in force in this process; a reload may put others in their place. */
export class RulesKeeper {
  #config: Config
  #rules: VerdictRules | undefined

  constructor(config: Config) {
    this.#config = config
  }

  /** The settings of the start, with the rules that are in force now. */
  get config(): Config {
    return this.#config
  }

  /** Throws  what `rulesInForce` throws, the first time */
  get rules(): VerdictRules {
    this.#rules ??= rulesInForce(this.#config)
    return this.#rules
  }

  /**
   * Takes the rules of other settings, or of changed files; all other settings stay.
   *
   * Throws  what `rulesInForce` throws; the old ones stay then
   */
  reload({ prober: { tls_profile, bindings } }: Pick<Config, 'prober'>): void {
    const prober = { ...this.#config.prober, tls_profile, bindings }
    const config = Object.freeze({ ...this.#config, prober: Object.freeze(prober) })
    this.#rules = rulesInForce(config)
    this.#config = config
  }
}
