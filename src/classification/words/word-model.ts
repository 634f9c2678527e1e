import { hashOfName } from './word-features.js'

/** What words weigh, learned from mails: for being above normal, and for being confidential then. */
export interface WordModel {
  /** By slot: the hash of the feature that it holds; 0 is free. */
  readonly hashes: Int32Array
  readonly protect: Float32Array
  readonly confide: Float32Array
  readonly names: readonly (string | undefined)[]
  /** Evidence before any word was seen. */
  readonly protectBias: number
  readonly confideBias: number
  /** Sums of fewer features than these count as if there were so many. */
  readonly leastFeatures: number
  /** Evidence from which words alone raise the class, and up to which they undo what a dictionary says. */
  readonly raiseFrom: number
  readonly undoBelow: number
}

/** Most features of a list. */
const MAX_FEATURES = 200_000
const HEADER = [
  'protect_bias',
  'confide_bias',
  'least_features',
  'raise_from',
  'undo_below',
] as const

/**
 * Reads a list of weights: lines of `name value` first, then of feature, protecting and confiding weight, with tabs between.
 *
 * Throws  an Error that names the line for a list that is not of this form.
 */
export function readWordModel(text: string): WordModel {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('//'))
  const [protectBias, confideBias, leastFeatures, raiseFrom, undoBelow] = HEADER.map((name, at) =>
    headerValue(lines[at] ?? '', name),
  ) as [number, number, number, number, number]
  const features = lines.slice(HEADER.length)
  if (features.length > MAX_FEATURES) throw new Error('the list of words is too long')
  const size = 2 ** Math.ceil(Math.log2(features.length * 2 + 2))
  const hashes = new Int32Array(size)
  const protect = new Float32Array(size)
  const confide = new Float32Array(size)
  const names: (string | undefined)[] = Array.from({ length: size })
  for (const line of features) {
    const [name = '', first = '', second = ''] = line.split('\t')
    const weights = [Number(first), Number(second)] as const
    if (first === '' || second === '' || !weights.every(Number.isFinite))
      throw new Error(`no weights in the line: ${line.slice(0, 60)}`)
    const hash = hashOfName(name)
    let slot = hash & (size - 1)
    while (hashes[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & (size - 1)
    hashes[slot] = hash
    protect[slot] = weights[0]
    confide[slot] = weights[1]
    names[slot] = name
  }
  const header = { protectBias, confideBias, leastFeatures, raiseFrom, undoBelow }
  return Object.freeze({ hashes, protect, confide, names, ...header })
}

/** The slot of a feature; negative where the model does not know it. */
export function slotOf({ hashes }: WordModel, hash: number): number {
  const mask = hashes.length - 1
  for (let slot = hash & mask; hashes[slot] !== 0; slot = (slot + 1) & mask) {
    if (hashes[slot] === hash) return slot
  }
  return -1
}

function headerValue(line: string, name: string): number {
  const [found, value = ''] = line.split('\t')
  if (found !== name || value === '' || !Number.isFinite(Number(value)))
    throw new Error(`${name} is missing in the list of words`)
  return Number(value)
}
