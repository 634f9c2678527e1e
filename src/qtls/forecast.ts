import { judge } from './judge.js'
import type { DomainFacts } from './facts.js'
import type { Confirmation } from './secure-binding.js'
import type { TlsProfile } from './tls-profile.js'
import { BINDINGS, type Binding, type DomainVerdict } from './verdict-model.js'

/** What becomes of mail to a domain. `sealed`: no TLS worth the name; `waiting`: not known yet. */
export const FATES = ['qualified', 'mandatory', 'sealed', 'waiting'] as const
export type Fate = (typeof FATES)[number]

/** Domains and messages of each fate. */
export type Shares = Readonly<Record<Fate, { readonly domains: number; readonly messages: number }>>

export interface ForecastOptions {
  readonly profiles: readonly TlsProfile[]
  /** Ways of binding that count. */
  readonly bindings: readonly Binding[]
  /** Epoch milliseconds. */
  readonly now: number
}

export interface ProfileForecast {
  readonly profile: string
  /** As the settings are. */
  readonly shares: Shares
  /** If one more way of binding counted, or one that counts did not. */
  readonly ifChanged: readonly {
    readonly binding: Binding
    readonly counts: boolean
    readonly shares: Shares
  }[]
}

type Counts = Record<Fate, { domains: number; messages: number }>

interface Tally {
  readonly profile: TlsProfile
  readonly shares: Counts
  readonly ifChanged: ReadonlyMap<Binding, Counts>
}

/** Counts, for each TLS profile and way of binding, what would become of an organisation's mail. */
export class Forecast {
  readonly #options: ForecastOptions
  readonly #tallies: readonly Tally[]

  constructor(options: ForecastOptions) {
    this.#options = options
    this.#tallies = options.profiles.map(profile => ({
      profile,
      shares: nothing(),
      ifChanged: new Map(BINDINGS.map(binding => [binding, nothing()])),
    }))
  }

  /** Adds a domain with what was found out about it; undefined: it was not looked at. */
  add(
    messages: number,
    facts: DomainFacts | undefined,
    confirmation: Confirmation | undefined,
  ): void {
    const { bindings, now } = this.#options
    for (const { profile, shares, ifChanged } of this.#tallies) {
      const fateWith = (counting: readonly Binding[]): Fate => {
        if (facts === undefined) return 'waiting'
        return FATE[judge(facts, profile, now, { bindings: counting, confirmation }).level]
      }
      count(shares, fateWith(bindings), messages)
      for (const [binding, changed] of ifChanged) {
        const others = bindings.filter(one => one !== binding)
        const isMore = others.length === bindings.length
        count(changed, fateWith(isMore ? [...bindings, binding] : others), messages)
      }
    }
  }

  /** Adds a domain whose level an administrator set: it holds by every profile and way of binding. */
  addSet(messages: number, level: DomainVerdict['level']): void {
    for (const { shares, ifChanged } of this.#tallies)
      for (const counts of [shares, ...ifChanged.values()]) count(counts, FATE[level], messages)
  }

  get result(): readonly ProfileForecast[] {
    return this.#tallies.map(({ profile, shares, ifChanged }) => ({
      profile: profile.name,
      shares,
      ifChanged: [...ifChanged].map(([binding, changed]) => ({
        binding,
        counts: this.#options.bindings.includes(binding),
        shares: changed,
      })),
    }))
  }
}

const FATE = {
  qualified: 'qualified',
  mandatory: 'mandatory',
  none: 'sealed',
  undetermined: 'waiting',
} as const

function nothing(): Counts {
  const none = () => ({ domains: 0, messages: 0 })
  return { qualified: none(), mandatory: none(), sealed: none(), waiting: none() }
}

function count(counts: Counts, fate: Fate, messages: number): void {
  counts[fate].domains += 1
  counts[fate].messages += messages
}
