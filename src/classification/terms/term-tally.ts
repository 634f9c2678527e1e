import type { RiskClass } from '../../policy/model.js'
import { placeFields, type ClassLabel, type PassagePlace } from '../judge.js'
import type { Domain, Lexicon, Term } from './lexicon.js'

/** Points of the domains that a message needs, by the name of the domain; 0 is never. */
export interface DomainThresholds {
  readonly highFrom: Readonly<Record<string, number>>
  readonly confidentialFrom: Readonly<Record<string, number>>
}

interface Sighting {
  /** Between 0 and 1: how much of its weight the term counts. */
  readonly share: number
  readonly where: PassagePlace
}

/** Terms that a reason shows, masked. */
const MAX_SHOWN = 4

/** Adds up the points of one message: each term once, at its best place. */
export class TermTally {
  readonly #lexicon: Lexicon
  readonly #thresholds: DomainThresholds
  readonly #sightings = new Map<number, Sighting>()

  constructor(lexicon: Lexicon, thresholds: DomainThresholds) {
    this.#lexicon = lexicon
    this.#thresholds = thresholds
  }

  add(term: number, sighting: Sighting): void {
    const known = this.#sightings.get(term)
    if (known === undefined || known.share < sighting.share) this.#sightings.set(term, sighting)
  }

  /** One label for each domain that reaches a threshold. */
  labels(): readonly ClassLabel[] {
    return this.#lexicon.domains.flatMap((domain, index) => {
      const seen = this.#seenIn(index)
      const first = seen[0]
      const reached = first && this.#reached(domain, seen)
      if (first === undefined || reached === undefined) return []
      const { riskClass, points, from } = reached
      const places = [...new Set(seen.map(({ where }) => where.place))].join(' and the ')
      const why = `${domain.name}: ${points} points in the ${places}, ${riskClass} from ${from}: ${shown(seen)}`
      const id = `terms-${domain.name}`
      // An attachment has a say wherever it adds to what the text says.
      const { where } = seen.find(({ where }) => where.file !== undefined) ?? first
      const label = { id, class: riskClass, ...placeFields(where), count: seen.length }
      const evidence = seen.slice(0, MAX_SHOWN).map(({ term }) => maskedTerm(term.source))
      return [{ ...label, evidence, threshold: { total: points, from }, why }]
    })
  }

  /** Terms of a domain, those that count most first. */
  #seenIn(domain: number): readonly Seen[] {
    const seen: Seen[] = []
    for (const [index, sighting] of this.#sightings) {
      const term = this.#lexicon.terms[index]
      if (term?.domain === domain) seen.push({ term, ...sighting })
    }
    return seen.sort((a, b) => b.term.weight * b.share - a.term.weight * a.share)
  }

  #reached(
    { name, highFrom, confidentialFrom }: Domain,
    seen: readonly Seen[],
  ): { riskClass: RiskClass; points: number; from: number } | undefined {
    const confidential = pointsFor(seen, ['confidential'])
    const high = pointsFor(seen, ['confidential', 'high'])
    for (const [riskClass, points, from] of [
      ['confidential', confidential, this.#thresholds.confidentialFrom[name] ?? confidentialFrom],
      ['high', high, this.#thresholds.highFrom[name] ?? highFrom],
    ] as const) {
      if (from > 0 && points >= from) return { riskClass, points, from }
    }
    return undefined
  }
}

interface Seen extends Sighting {
  readonly term: Term
}

/** Points of the terms that speak for one of the classes, and of those that support them. */
function pointsFor(seen: readonly Seen[], classes: readonly Term['speaksFor'][]): number {
  const sum = (those: readonly Seen[]): number =>
    those.reduce((points, { term, share }) => points + term.weight * share, 0)
  const own = sum(seen.filter(({ term }) => classes.includes(term.speaksFor)))
  if (own === 0) return 0
  return Math.floor(own + sum(seen.filter(({ term }) => term.speaksFor === 'support')))
}

function shown(seen: readonly Seen[]): string {
  const most = seen.slice(0, MAX_SHOWN).map(({ term, share }) => {
    const points = Math.round(term.weight * share * 10) / 10
    return `${term.group} ${maskedTerm(term.source)} ${points}`
  })
  return most.join(', ') + (seen.length > MAX_SHOWN ? ' and more' : '')
}

/** A term so that who knows the dictionary finds it again: a record of illnesses is nobody's log. */
export function maskedTerm(source: string): string {
  const letters = source.replace(/[*~#-]/g, '').trim()
  return `${letters.slice(0, 2)}…${letters.slice(-1)}`
}
