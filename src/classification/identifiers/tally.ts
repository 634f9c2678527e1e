import type { RiskClass } from '../../policy/model.js'
import { placeFields, placeKey, type ClassLabel, type PassagePlace } from '../judge.js'
import { CONFIDENCES, type Confidence, type Found } from './judge-text.js'
import { KINDS, type Kind, type KindId } from './kinds.js'

/** What of which identifier has which consequence. */
export interface Thresholds {
  /** Different numbers in the message from which the class is high; 0 is never. */
  readonly highFrom: Readonly<Record<KindId, number>>
  readonly confidentialFrom: Readonly<Record<KindId, number>>
  /** What is less sure does not count. */
  readonly leastConfidence: Readonly<Record<KindId, Confidence>>
}

/** Labels of one kind; a mail may have thousands of parts. */
const MAX_LABELS = 100
/** Numbers that a reason shows, masked. */
const MAX_SHOWN = 3

interface Sheet {
  readonly where: PassagePlace
  /** Numbers with the best confidence that each was found with. */
  readonly values: Map<string, Confidence>
}

/**
 * Counts what was found in one message: different numbers, because the HTML text repeats the plain
 * one and a signature repeats itself. Keeps the numbers only until the labels are made.
 */
export class Tally {
  readonly #sheets = new Map<KindId, Map<string, Sheet>>()
  readonly #thresholds: Thresholds

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds
  }

  add(where: PassagePlace, found: readonly Found[]): void {
    for (const { id, value, confidence } of found) {
      if (rank(confidence) < rank(this.#thresholds.leastConfidence[id])) continue
      const sheets = this.#sheets.get(id) ?? new Map<string, Sheet>()
      this.#sheets.set(id, sheets)
      const key = placeKey(where)
      const sheet = sheets.get(key) ?? { where, values: new Map<string, Confidence>() }
      sheets.set(key, sheet)
      const known = sheet.values.get(value)
      if (known === undefined || rank(known) < rank(confidence)) sheet.values.set(value, confidence)
    }
  }

  /** One label for each kind that reaches a threshold, and place. */
  labels(): readonly ClassLabel[] {
    return KINDS.flatMap(kind => {
      const sheets = [...(this.#sheets.get(kind.id)?.values() ?? [])]
      const total = new Set(sheets.flatMap(({ values }) => [...values.keys()])).size
      const reached = this.#reached(kind.id, total)
      if (reached === undefined) return []
      const { riskClass, from } = reached
      return sheets.slice(0, MAX_LABELS).map(({ where, values }) => ({
        id: kind.id,
        class: riskClass,
        ...placeFields(where),
        count: values.size,
        evidence: masks(kind, values),
        threshold: { total, from },
        why: `${shown(kind, values)} in the ${where.place}; ${total} in the message, ${riskClass} from ${from}`,
      }))
    })
  }

  #reached(
    id: KindId,
    total: number,
  ): { readonly riskClass: RiskClass; readonly from: number } | undefined {
    const { confidentialFrom, highFrom } = this.#thresholds
    for (const [riskClass, from] of [
      ['confidential', confidentialFrom[id]],
      ['high', highFrom[id]],
    ] as const) {
      if (from > 0 && total >= from) return { riskClass, from }
    }
    return undefined
  }
}

/**
 * The number so that its owner can find it again and nobody else learns it: what all of its kind
 * begin with, and the last two characters.
 */
export function masked({ common }: Kind, value: string): string {
  return `${value.slice(0, common)}…${value.slice(-2)}`
}

function masks(kind: Kind, values: ReadonlyMap<string, Confidence>): readonly string[] {
  return [...values.keys()].slice(0, MAX_SHOWN).map(value => masked(kind, value))
}

function shown(kind: Kind, values: ReadonlyMap<string, Confidence>): string {
  const more = values.size > MAX_SHOWN ? ' and more' : ''
  const seen = new Set(values.values())
  const confidences = CONFIDENCES.filter(confidence => seen.has(confidence)).join(' and ')
  return `${kind.name}: ${values.size} (${masks(kind, values).join(', ')}${more}), confidence ${confidences},`
}

function rank(confidence: Confidence): number {
  return CONFIDENCES.indexOf(confidence)
}
