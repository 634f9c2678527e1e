import { decodeText } from '../../message/charset.js'
import { createTransferDecoder } from '../../message/transfer-decoder.js'

/**
 * What a calendar or address card says, a line for each property: names of properties tell what a
 * number is, so they stay.
 *
 * Source  RFC 5545 section 3.1 and 3.3.11, RFC 6350; vCard 2.1 for quoted-printable
 */
export function calendarText(text: string): string {
  const lines: string[] = []
  for (const line of unfolded(text)) {
    const [, name = '', parameters = '', value = ''] = LINE.exec(line) ?? []
    if (name === '' || SILENT.test(name) || /ENCODING=(?:B|BASE64)\b/i.test(parameters)) continue
    const isQuoted = /QUOTED-PRINTABLE/i.test(parameters)
    lines.push(`${name}: ${unescaped(isQuoted ? fromQuotedPrintable(value, parameters) : value)}`)
  }
  return lines.join('\n')
}

const LINE = /^(?:[\w-]{1,60}\.)?([\w-]{1,60})((?:;[^:]{0,2000})?):(.*)$/s

/** Pictures, keys, numbers of the calendar itself. */
const SILENT =
  /^(?:BEGIN|END|VERSION|PRODID|UID|PHOTO|LOGO|SOUND|KEY|SEQUENCE|METHOD|CALSCALE|REV)$/i

/** A line that begins with white space goes on the one before; so does one behind a soft line end. */
function unfolded(text: string): readonly string[] {
  const lines: string[][] = []
  let isSoft = false
  for (const line of text.replace(/\r\n?/g, '\n').split('\n')) {
    const current = lines.at(-1)
    if (current !== undefined && (isSoft || /^[ \t]/.test(line)))
      current.push(isSoft ? line : line.slice(1))
    else lines.push([line])
    const [first = ''] = lines.at(-1) ?? []
    isSoft = line.endsWith('=') && /^[^:]{0,2000}QUOTED-PRINTABLE/i.test(first)
  }
  return lines.map(pieces => pieces.join(''))
}

function unescaped(value: string): string {
  return value.replace(/\\([nN,;:\\])/g, (_, char: string) => (/n/i.test(char) ? '\n' : char))
}

/** The soft line ends are gone with the folds, but for the equals sign that stood before them. */
function fromQuotedPrintable(value: string, parameters: string): string {
  const charset = /CHARSET=([\w-]{1,40})/i.exec(parameters)?.[1]
  const decoder = createTransferDecoder('quoted-printable')
  const joined = value.replace(/=(?![0-9A-Fa-f]{2})/g, '')
  const bytes = Buffer.concat([decoder.write(Buffer.from(joined, 'latin1')), decoder.end()])
  return decodeText(bytes, charset ?? 'utf-8').text
}
