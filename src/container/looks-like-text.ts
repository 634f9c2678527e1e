import { isUtf8 } from 'node:buffer'

/** Share of printable bytes from which a sample counts as text. */
const PRINTABLE_SHARE = 0.97

/** Below this many bytes, ciphertext may be printable by chance. */
const MIN_SAMPLE = 12

/** From this many bytes on, valid UTF-8 with characters beyond ASCII is no accident. */
const MIN_UTF8 = 32

/** From this many bytes on, ciphertext has more than 100 different ones: 162 of 256 on average. */
const MIN_VARIED = 256
const FEW_VALUES = 100

/**
 * Whether bytes that should be ciphertext are readable text: ASCII, UTF-8, UTF-16, or letters of any
 * script in an 8-bit character set.
 *
 * Gives   a judgement on at most the first 4 KiB. Ciphertext of 12 bytes looks like text once in
 *         100,000 times, of 32 bytes never in practice.
 */
export function looksLikeText(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, 4096)
  if (sample.length < MIN_SAMPLE) return false
  let printable = 0
  let zeros = 0
  // By index: an iterator takes three times as long, for a part of each message.
  for (let at = 0; at < sample.length; at += 1) {
    const byte = sample[at] ?? 0
    if (byte === 0) zeros += 1
    else if ((byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13)
      printable += 1
  }
  if (printable >= sample.length * PRINTABLE_SHARE) return true
  const isHalfZeros = zeros >= sample.length * 0.35 && printable >= sample.length * 0.35
  if (isHalfZeros && printable + zeros >= sample.length * 0.9) return true
  // Umlauts and accents: valid UTF-8 is no accident, and neither is Latin-1 with few of them.
  if (printable >= sample.length * 0.8 && sample.length >= 64) return true
  if (zeros === sample.length) return false
  // Other scripts: whole characters of UTF-8, the same upper byte in UTF-16, a few dozen letters.
  if (sample.length >= MIN_UTF8 && isUtf8(wholeCharacters(sample))) return true
  if (sample.length >= 64 && hasSameUpperBytes(sample)) return true
  return sample.length >= MIN_VARIED && new Set(sample).size < FEW_VALUES
}

/** Without a character that the end of the sample may have cut. */
function wholeCharacters(sample: Buffer): Buffer {
  for (let cut = 1; cut <= 3; cut += 1) {
    const byte = sample[sample.length - cut] ?? 0
    if (byte >= 0xc0) return sample.subarray(0, sample.length - cut)
    if (byte < 0x80) break
  }
  return sample
}

/** UTF-16 of one script: every second byte is the same, most of the time. */
function hasSameUpperBytes(sample: Buffer): boolean {
  return [0, 1].some(from => {
    const counts = new Map<number, number>()
    let most = 0
    for (let at = from; at < sample.length; at += 2) {
      const count = (counts.get(sample[at] ?? 0) ?? 0) + 1
      counts.set(sample[at] ?? 0, count)
      most = Math.max(most, count)
    }
    return most >= sample.length * 0.35
  })
}
