/** Kinds of character, and how many of each people choose from. */
const KINDS: readonly (readonly [RegExp, number])[] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[0-9]/, 10],
  [/[!-/:-@[-`{-~ ]/, 33],
  [/[^ -~]/, 100],
]

/**
 * How many bits a password has at most: its length times the bits of the alphabet that its characters are
 * from. A character that came before counts half, so that repetition helps little.
 *
 * No dictionary is asked: a sentence has fewer bits than this says, and a generated password exactly as
 * many.
 */
export function passwordBits(password: string): number {
  const text = password.normalize('NFC')
  const alphabet = KINDS.reduce((sum, [kind, size]) => (kind.test(text) ? sum + size : sum), 0)
  const seen = new Set<string>()
  let length = 0
  for (const sign of text) {
    length += seen.has(sign) ? 0.5 : 1
    seen.add(sign)
  }
  return alphabet === 0 ? 0 : Math.floor(length * Math.log2(alphabet))
}
