/**
 * Folds the lines of a header value that are longer than they should be, at white space that is
 * there already, and joins folds that hold nothing; the decoded text stays the same.
 *
 * Units   lines of 78 octets in UTF-8, name and colon counted on the first one; folds are LF
 * Source  RFC 5322 sections 2.1.1, 2.2.3 and 4.2, RFC 6532 section 3.4
 */
export function foldHeader(name: string, value: string): string {
  const lines = value.replace(/\n(?=[ \t]*(?:\n|$))/gu, '').split('\n')
  return lines.map((line, at) => foldLine(line, at === 0 ? name.length + 2 : 0)).join('\n')
}

/**
 * Breaks what is still longer than a line may ever be, inside a word if it must be. It costs a
 * space in the text; the mail server would do the same on the way out.
 *
 * Source  RFC 5322 section 2.1.1; Postfix smtp_line_length_limit
 */
export function breakOverlong(value: string): string {
  const lines = value.split('\n').flatMap(line => {
    if (!isOverlong(line)) return [line]
    return (line.match(OVERLONG) ?? []).map((piece, at) => (at === 0 ? piece : ` ${piece}`))
  })
  return lines.join('\n')
}

/** True when a line of the value would not fit on the wire. */
export function isOverlong(value: string): boolean {
  return value.split('\n').some(line => Buffer.byteLength(line) > MAX_WIRE_LINE)
}

/** Below the 998 of a line, so that a field name fits. */
const MAX_WIRE_LINE = 900
/** Characters of at most 4 octets. */
const OVERLONG = /\s{0,100}\S[^]{0,200}/gu

const MAX_LINE = 78

function foldLine(line: string, taken: number): string {
  if (taken + Buffer.byteLength(line) <= MAX_LINE) return line
  let folded = ''
  let used = taken
  for (const word of line.match(/[ \t]*[^ \t]+/gu) ?? []) {
    const length = Buffer.byteLength(word)
    if (used + length > MAX_LINE && used > taken && /^[ \t]/u.test(word)) {
      folded += '\n'
      used = 0
    }
    folded += word
    used += length
  }
  return folded + (/[ \t]+$/u.exec(line)?.[0] ?? '')
}
