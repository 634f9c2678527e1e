import type { PageVerdict, SetLevel } from './operations/level-lookup.js'
import { parentsOf } from './operations/level-lookup.js'
import type { LevelInForce, LevelsOfDomain } from './verdicts.js'

/** Each by name of the domain. */
export interface SortedLevels {
  readonly set: readonly SetLevel[]
  readonly verdicts: readonly PageVerdict[]
}

/** Behind every name. */
const LAST = '\uffff'

/** Number of the customer who stands for all of them. */
const EVERYBODY = 0

/**
 * Puts pages of levels together, in the order of names: what administrators said, and what the prober
 * found where they said nothing. `below` is what they said of everything below a domain.
 */
export class LevelsInForce {
  /** By name, then by customer. */
  readonly #below = new Map<string, Map<number, LevelInForce>>()

  constructor(below: readonly SetLevel[]) {
    for (const row of below) {
      const levels = this.#below.get(row.domain)
      if (levels === undefined)
        this.#below.set(row.domain, new Map([[row.customer_id, fromSet(row)]]))
      else levels.set(row.customer_id, fromSet(row))
    }
  }

  /** The domains of one page that have a level. */
  page({ set, verdicts }: SortedLevels): readonly LevelsOfDomain[] {
    const found: LevelsOfDomain[] = []
    let next = 0
    for (const verdict of verdicts) {
      for (; (set[next]?.domain ?? LAST) < verdict.domain; next = endOf(set, next)) {
        found.push(this.#domain(set.slice(next, endOf(set, next)), undefined))
      }
      const own = set[next]?.domain === verdict.domain ? set.slice(next, endOf(set, next)) : []
      next += own.length
      const levels = this.#domain(own, verdict)
      if (levels.levels.length > 0) found.push(levels)
    }
    for (; next < set.length; next = endOf(set, next)) {
      found.push(this.#domain(set.slice(next, endOf(set, next)), undefined))
    }
    return found
  }

  #domain(set: readonly SetLevel[], verdict: PageVerdict | undefined): LevelsOfDomain {
    const domain = set[0]?.domain ?? verdict?.domain ?? ''
    const own = new Map(set.map(row => [row.customer_id, fromSet(row)]))
    const found = verdict === undefined ? undefined : fromVerdict(verdict)
    if (this.#below.size === 0) {
      const levels = [...own.values()]
      if (found !== undefined && !own.has(EVERYBODY)) levels.push(found)
      return { domain, levels }
    }
    const parents = domain.startsWith('.') ? parentsOf(domain.slice(1)) : parentsOf(domain)
    const above = parents.flatMap(name => this.#below.get(name) ?? [])
    const customers = new Set([
      EVERYBODY,
      ...own.keys(),
      ...above.flatMap(level => [...level.keys()]),
    ])
    // An entry for the domain itself hides those of its parents, so it speaks for them as well; where
    // there is nothing but theirs, they are enough.
    const levels = [...customers].flatMap(customer => {
      const said = firstOf(customer, own, above)
      return said ?? (customer === EVERYBODY ? (found ?? []) : [])
    })
    const isCovered = own.size === 0 && !levels.some(level => level === found)
    return { domain, levels: isCovered ? [] : levels }
  }
}

/** What a customer's word is, or that of all for whoever is not named. */
function firstOf(
  customer: number,
  own: ReadonlyMap<number, LevelInForce>,
  above: readonly ReadonlyMap<number, LevelInForce>[],
): LevelInForce | undefined {
  for (const levels of [own, ...above]) {
    const level = levels.get(customer)
    if (level !== undefined) return level
    // For a customer who is not named here, everybody's word is theirs already.
    if (customer !== EVERYBODY && levels.has(EVERYBODY)) return undefined
  }
  return undefined
}

function endOf(set: readonly SetLevel[], start: number): number {
  let end = start + 1
  while (set[end]?.domain === set[start]?.domain && end < set.length) end += 1
  return end
}

function fromSet({ level, match_hosts, dane, next_hop }: SetLevel): LevelInForce {
  return {
    by: 'administrator',
    level,
    match: words(match_hosts),
    dane: dane === 1,
    spki: [],
    nextHop: next_hop ?? undefined,
  }
}

function fromVerdict({ level, match_hosts, spki, dane }: PageVerdict): LevelInForce {
  return {
    by: 'prober',
    level,
    match: words(match_hosts),
    dane: dane === 1,
    spki: words(spki),
    nextHop: undefined,
  }
}

function words(text: string): readonly string[] {
  return text === '' ? [] : text.split(' ')
}
