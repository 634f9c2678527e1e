// `--import` of the program that fuzzes: what it loads counts where it runs, in this object.
import { register } from 'node:module'

/** Counters of all modules: more places than they have. */
const PLACES = 1 << 13

/** Comparisons of one run that are kept. */
const PAIRS = 256

const runs = new Uint32Array(PLACES)
const pairs = []
const words = new Set()
/** Which places are whose. */
const modules = []
let used = 0

globalThis.postsealFuzz = {
  runs,
  pairs,
  words,
  get used() {
    return used
  },
  modules,
  module({ name, places, words: literals }) {
    for (const literal of literals) words.add(literal)
    modules.push({ name, from: used, to: used + places })
    used += places
    if (used > PLACES) throw new Error('more places than the fuzzer counts')
    return runs.subarray(used - places, used)
  },
  same(a, b) {
    if (a === b) return true
    if (pairs.length < PAIRS && typeof a === typeof b && a !== undefined) {
      if (typeof a === 'number' || typeof a === 'string') pairs.push([a, b])
    }
    return false
  },
}

const { equals } = Buffer.prototype
Buffer.prototype.equals = function (other) {
  const isSame = equals.call(this, other)
  const isShort = this.length === other.length && this.length > 0 && this.length <= 64
  if (!isSame && isShort && pairs.length < PAIRS)
    pairs.push([Buffer.from(this), Buffer.from(other)])
  return isSame
}

register('./instrument.mjs', import.meta.url)
