import type { Folded } from '../folder.js'
import { placeKey, type PassagePlace } from '../judge.js'
import { eachFeature } from './word-features.js'
import { slotOf, type WordModel } from './word-model.js'

/** Words that a reason shows, masked. */
const MAX_SHOWN = 4

/** What the words of one message say together. */
export interface WordVerdict {
  /** Above 0: rather above normal. A sum of weights, over the root of their number. */
  readonly protect: number
  /** Above 0: rather confidential, if it is above normal. */
  readonly confide: number
  /** Features that the model knows. */
  readonly count: number
  /** Gives the words that speak most for the class, masked. */
  readonly strongest: () => readonly string[]
  /** Where most evidence stands. */
  readonly where: PassagePlace
}

/** Reads the words of one message, stretch by stretch. */
export interface WordReader {
  add(folded: Folded, from: number, to: number, where: PassagePlace): void
  /** Undefined while nothing was read. */
  verdict(): WordVerdict | undefined
}

/** Adds up the weights of one message: each feature once, in the first place where it stands. */
export class WordTally implements WordReader {
  readonly #model: WordModel
  /** A bit for each slot. */
  readonly #seen: Uint32Array
  readonly #slots: number[] = []
  readonly #places = new Map<string, { readonly where: PassagePlace; sum: number }>()

  constructor(model: WordModel) {
    this.#model = model
    this.#seen = new Uint32Array(Math.ceil(model.hashes.length / 32))
  }

  /** Reads a stretch of a folded text. */
  add(folded: Folded, from: number, to: number, where: PassagePlace): void {
    const model = this.#model
    const seen = this.#seen
    let sum = 0
    eachFeature(folded, from, to, hash => {
      const slot = slotOf(model, hash)
      if (slot < 0) return
      const bits = seen[slot >>> 5] ?? 0
      const bit = 1 << (slot & 31)
      if ((bits & bit) !== 0) return
      seen[slot >>> 5] = bits | bit
      this.#slots.push(slot)
      sum += model.protect[slot] ?? 0
    })
    const key = placeKey(where)
    const place = this.#places.get(key) ?? { where, sum: 0 }
    place.sum += sum
    this.#places.set(key, place)
  }

  verdict(): WordVerdict | undefined {
    const { protect, confide, protectBias, confideBias, leastFeatures } = this.#model
    let protectSum = 0
    let confideSum = 0
    for (const slot of this.#slots) {
      protectSum += protect[slot] ?? 0
      confideSum += confide[slot] ?? 0
    }
    const places = [...this.#places.values()].sort((a, b) => b.sum - a.sum)
    const [first] = places
    if (first === undefined) return undefined
    const scale = 1 / Math.sqrt(Math.max(this.#slots.length, leastFeatures))
    return {
      protect: protectSum * scale + protectBias,
      confide: confideSum * scale + confideBias,
      count: this.#slots.length,
      strongest: () => this.#strongest(),
      where: (places.find(({ where, sum }) => where.file !== undefined && sum > 0) ?? first).where,
    }
  }

  #strongest(): readonly string[] {
    const { protect, names } = this.#model
    const weight = (slot: number): number => protect[slot] ?? 0
    const best = this.#slots.filter(slot => names[slot]?.startsWith('word ') && weight(slot) > 0)
    best.sort((a, b) => weight(b) - weight(a))
    return best.slice(0, MAX_SHOWN).map(slot => masked(names[slot] ?? ''))
  }
}

/** `word diagnose` is `di…e`: a record of messages must not become a record of illnesses. */
function masked(name: string): string {
  const word = name.slice('word '.length)
  return `${word.slice(0, 2)}…${word.slice(-1)}`
}
