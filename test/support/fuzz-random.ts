/** Random numbers that a seed decides. */
export interface FuzzRandom {
  /** A whole number from 0 on, below `limit`. */
  below(limit: number): number
  /** One time in `times`. */
  oneIn(times: number): boolean
  /** Any of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item
}

/** xorshift32 (Marsaglia, Xorshift RNGs, 2003). */
export function fuzzRandom(seed: number): FuzzRandom {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1
  const below = (limit: number): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
  return {
    below,
    oneIn: times => below(times) === 0,
    pick: items => {
      const item = items[below(items.length)]
      if (item === undefined) throw new Error('there is nothing to pick from')
      return item
    },
  }
}
