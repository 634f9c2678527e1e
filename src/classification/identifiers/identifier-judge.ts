import { foldOnce } from '../fold-text.js'
import { Pace } from '../pace.js'
import { placeOf, type ClassLabel, type Judge, type Passage } from '../judge.js'
import { contextReader, type ContextReader } from './context.js'
import { judgeText } from './judge-text.js'
import { mayHoldNumber } from './may-hold-number.js'
import { KINDS, type Kind, type KindId } from './kinds.js'
import { Tally, type Thresholds } from './tally.js'

/** How the numbers of persons are looked for: from how many on, how sure, near which words. */
export interface IdentifierOptions {
  /** What is left out keeps its default. */
  readonly thresholds: {
    readonly [Name in keyof Thresholds]?: Partial<Thresholds[Name]>
  }
  /** Words near a number of a kind, in place of the shipped ones. */
  readonly contextWords: Readonly<Partial<Record<KindId, readonly string[]>>>
  /** Characters of one message that are read. */
  readonly maxText: number
}

/**
 * Prepares the search for numbers that stand for a person, by form, check digit and the words near.
 *
 * Gives   a function that makes the judge of one message.
 */
export function identifierJudges(options: IdentifierOptions): () => Judge {
  const thresholds = {
    highFrom: { ...HIGH_FROM, ...options.thresholds.highFrom },
    confidentialFrom: { ...CONFIDENTIAL_FROM, ...options.thresholds.confidentialFrom },
    leastConfidence: { ...LEAST_CONFIDENCE, ...options.thresholds.leastConfidence },
  }
  const kinds = KINDS.filter(
    ({ id }) => thresholds.highFrom[id] > 0 || thresholds.confidentialFrom[id] > 0,
  )
  const saidOf = contextReader(options.contextWords)
  return () => new IdentifierJudge({ thresholds, kinds, saidOf, maxText: options.maxText })
}

/** One number of a person is what a pay slip or a medical certificate has; ten are a list of persons. */
export const HIGH_FROM: Thresholds['highFrom'] = {
  ahv: 1,
  // An invoice may name every bank of its sender.
  iban: 6,
  'steuer-id': 1,
  rvnr: 1,
  kvnr: 1,
  // Every prescription and every signature of a physician has one.
  lanr: 5,
  'svnr-at': 1,
  'payment-card': 1,
  'id-document': 1,
  // Of a business, and in a public register.
  'ch-uid': 0,
}

export const CONFIDENTIAL_FROM: Thresholds['confidentialFrom'] = {
  ahv: 10,
  iban: 0,
  'steuer-id': 10,
  rvnr: 10,
  kvnr: 10,
  lanr: 0,
  'svnr-at': 10,
  'payment-card': 10,
  'id-document': 10,
  'ch-uid': 0,
}

export const LEAST_CONFIDENCE: Thresholds['leastConfidence'] = {
  ahv: 'medium',
  iban: 'medium',
  'steuer-id': 'medium',
  rvnr: 'medium',
  kvnr: 'medium',
  lanr: 'medium',
  'svnr-at': 'medium',
  'payment-card': 'medium',
  'id-document': 'medium',
  'ch-uid': 'medium',
}

/** Numbers of one message that are looked at; their words around cost more than the search. */
const MAX_SIGHTINGS = 10_000

class IdentifierJudge implements Judge {
  readonly #tally: Tally
  readonly #kinds: readonly Kind[]
  readonly #saidOf: ContextReader
  #textLeft: number
  #sightingsLeft = MAX_SIGHTINGS

  constructor(options: {
    readonly thresholds: Thresholds
    readonly kinds: readonly Kind[]
    readonly saidOf: ContextReader
    readonly maxText: number
  }) {
    this.#tally = new Tally(options.thresholds)
    this.#kinds = options.kinds
    this.#saidOf = options.saidOf
    this.#textLeft = options.maxText
  }

  get isFull(): boolean {
    return this.#textLeft <= 0 || this.#sightingsLeft <= 0
  }

  async read(passage: Passage, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.isFull) return
    const pace = new Pace(signal)
    const maxText = this.#textLeft
    const { text, isCut = false, isHtml = false } = passage
    this.#textLeft -= text.length
    if (!isHtml && !mayHoldNumber(text, Math.min(text.length, maxText))) return
    const folded = await foldOnce(passage, maxText, pace)
    const inquiry = {
      kinds: this.#kinds,
      saidOf: this.#saidOf,
      isCut: isCut || text.length > maxText,
      maxSightings: this.#sightingsLeft,
    }
    const { found, sightings } = await judgeText(folded, inquiry, pace)
    this.#tally.add(placeOf(passage), found)
    this.#sightingsLeft -= sightings
  }

  labels(): readonly ClassLabel[] {
    return this.#tally.labels()
  }
}
