import { ALL_CUSTOMERS, type LevelEntry } from './admin.js'
import type { Backend } from './backend.js'
import { normalDomain } from './domain-name.js'
import type { FreshValue } from './fresh-value.js'
import type { Flags } from './operations/flags.js'
import type { DomainLevel } from './store.js'

export interface LevelCacheOptions {
  readonly backend: Pick<Backend, 'run'>
  /** Tells whether levels have changed. */
  readonly flags: FreshValue<Flags>
}

type LevelsOfCustomer = ReadonlyMap<string, DomainLevel>
type Customers = ReadonlyMap<string, LevelsOfCustomer>

/**
 * The levels of all domains in memory, as of the revision that was in force a second ago or later;
 * an answer that cannot be had is an error, never an old level.
 */
export class LevelCache {
  readonly #backend: Pick<Backend, 'run'>
  readonly #flags: FreshValue<Flags>
  #known: { readonly revision: number; readonly customers: Promise<Customers> } | undefined

  constructor({ backend, flags }: LevelCacheOptions) {
    this.#backend = backend
    this.#flags = flags
  }

  /** Levels by domain as spelt in the question; a customer's own goes before that of all. */
  async levels(
    customer: string,
    domains: readonly string[],
  ): Promise<ReadonlyMap<string, DomainLevel>> {
    const { levelsRevision } = await this.#flags.value()
    const customers = await this.#customersAt(levelsRevision)
    const own = customers.get(customer)
    const everybodys = customers.get(ALL_CUSTOMERS)
    const found = new Map<string, DomainLevel>()
    for (const domain of domains) {
      const normal = normalDomain(domain)
      if (normal === undefined) continue
      const level = own?.get(normal) ?? everybodys?.get(normal)
      if (level !== undefined) found.set(domain, level)
    }
    return found
  }

  #customersAt(revision: number): Promise<Customers> {
    if (this.#known?.revision === revision) return this.#known.customers
    // Levels that change between the two questions are newer than `revision` and read again.
    const customers = this.#backend
      .run('listLevels', { customer: ALL_CUSTOMERS })
      .then(byCustomer)
      .catch((thrown: unknown) => {
        if (this.#known?.customers === customers) this.#known = undefined
        throw thrown
      })
    this.#known = { revision, customers }
    return customers
  }
}

function byCustomer(entries: readonly LevelEntry[]): Customers {
  const customers = new Map<string, Map<string, DomainLevel>>()
  for (const { customer, domain, level, until, match, dane } of entries) {
    const levels = customers.get(customer) ?? new Map<string, DomainLevel>()
    levels.set(domain, Object.freeze({ domain, level, until, match, dane }))
    customers.set(customer, levels)
  }
  return customers
}
