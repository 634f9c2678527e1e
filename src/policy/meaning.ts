import { PATTERN_TEXT_LIMIT, type SafePattern } from './safe-pattern.js'

/** Letters, digits and symbols up to which a text counts as nothing, such as a lone `--` or `>`. */
const NEGLIGIBLE = 3

/** No sentence of a mail program is longer. */
const PREAMBLE_MAX_LENGTH = 200

/** Sentences that programs put around the boundaries of a multipart. */
const MIME_PREAMBLES = [
  /^this is a (?:cryptographically signed |multi-?part )?message in mime format\.?$/i,
  /^this is an (?:openpgp|s)\/mime (?:signed |encrypted )?message(?: \([^)]{0,40}\))?\.?$/i,
]

/** Whether a text says anything: more than a few letters, digits or symbols. */
export function hasMeaning(text: string): boolean {
  const telling = /[\p{L}\p{N}\p{S}]/gu
  let count = 0
  while (count <= NEGLIGIBLE && telling.test(text)) count += 1
  return count > NEGLIGIBLE
}

/**
 * What is left of a text without the boilerplate that an operator allows and the sentences that
 * mail programs put before a multipart.
 *
 * Shape   patterns see the text with every run of white space as one blank. A text of more than
 *         4096 characters holds more than boilerplate and is left as it is.
 */
export function withoutBoilerplate(text: string, allowed: readonly SafePattern[]): string {
  if (allowed.length === 0 && text.length > PREAMBLE_MAX_LENGTH) return text
  const flat = text.replace(/\s+/g, ' ').trim()
  if (flat.length > PATTERN_TEXT_LIMIT) return flat
  if (MIME_PREAMBLES.some(sentence => sentence.test(flat))) return ''
  return allowed.reduce((rest, pattern) => pattern.removeFrom(rest), flat)
}
