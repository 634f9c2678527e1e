/**
 * A text out of a key, for people: in one line, without control characters and signs that turn the
 * direction of writing, cut at 200 characters.
 */
export function keyText(text: string): string {
  const line = text
    .replace(/[\r\n]+/g, ', ')
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Cs}/gu, '\ufffd')
    .trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}

/** A day as people write it to each other: `2026-11-30`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
