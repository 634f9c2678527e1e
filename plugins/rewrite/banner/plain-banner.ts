/** How the text part is to be shown (RFC 3676). */
export interface PlainFormat {
  readonly isFlowed: boolean
  readonly isDelSp: boolean
}

/**
 * Renders the banner as lines of plain text.
 *
 * In format=flowed a long line breaks behind a space, and behind two with DelSp=yes because the
 * reader deletes one; otherwise it breaks for good. Lines that a reader or a mailbox would take for
 * something else are space-stuffed.
 *
 * Units   76 characters a line
 * Source  RFC 3676 sections 4.1 to 4.4
 */
export function plainBannerLines(text: string, format: PlainFormat): readonly string[] {
  const lines: string[] = []
  for (const line of text.split(/\r?\n/u)) {
    const wrapped = wrap(line.trimEnd())
    for (const [at, piece] of wrapped.entries()) {
      const isSoft = format.isFlowed && at < wrapped.length - 1
      const stuffed = format.isFlowed && /^(?: |>|From )/u.test(piece) ? ` ${piece}` : piece
      lines.push(isSoft ? `${stuffed}${format.isDelSp ? '  ' : ' '}` : stuffed)
    }
  }
  return lines
}

const MAX_LINE = 76

function wrap(line: string): readonly string[] {
  const lines: string[] = []
  let rest = line
  while (rest.length > MAX_LINE) {
    const space = rest.lastIndexOf(' ', MAX_LINE - 2)
    const at = space > 0 ? space : rest.indexOf(' ')
    if (at <= 0) break
    lines.push(rest.slice(0, at))
    rest = rest.slice(at + 1)
  }
  return [...lines, rest]
}

/**
 * Says where the banner goes in a decoded text part, and with which line breaks around it.
 *
 * An empty line always stands between banner and text: a flowed line before the banner would
 * otherwise run on into it.
 *
 * Gives   undefined when the banner stands there already.
 */
export function placePlain(
  decoded: Buffer,
  banner: Buffer,
  position: 'top' | 'bottom',
  eol: string,
): { readonly at: number; readonly before: string; readonly after: string } | undefined {
  if (position === 'top') {
    const at = decoded.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0
    if (decoded.subarray(at, at + banner.length).equals(banner)) return undefined
    return { at, before: '', after: eol + eol }
  }
  const end = trimmedEnd(decoded)
  if (decoded.subarray(Math.max(0, end - banner.length), end).equals(banner)) return undefined
  const endsLine = decoded.length === 0 || decoded.at(-1) === LF
  return endsLine
    ? { at: decoded.length, before: decoded.length === 0 ? '' : eol, after: eol }
    : { at: decoded.length, before: eol + eol, after: '' }
}

const BOM = Buffer.from('\ufeff')
const LF = 0x0a

function trimmedEnd(decoded: Buffer): number {
  let end = decoded.length
  while (end > 0 && [0x20, 0x09, 0x0d, LF].includes(decoded[end - 1] ?? 0)) end--
  return end
}
