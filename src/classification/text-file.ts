import { looksLikeText } from '../container/looks-like-text.js'
import { decodeText } from '../message/charset.js'
import type { Mail, Part } from '../message/mail.js'

/** The text of an attached file that the mail does not call text. */
export interface TextFile {
  readonly text: string
  readonly isHtml: boolean
  readonly isCut: boolean
}

/**
 * Reads a file that is text by its name and by its bytes: a table of persons is sent as
 * `application/vnd.ms-excel` by every Windows that knows `.csv` from Excel.
 *
 * Gives   undefined for any other part, and for those that are text parts anyway.
 */
export async function textFile(
  mail: Mail,
  part: Part,
  maxBytes: number,
): Promise<TextFile | undefined> {
  if (/^(?:text|message|multipart)\//.test(part.type)) return undefined
  const extension =
    /\.([a-z]{2,5})$/i.exec(part.fileName?.slice(-6) ?? '')?.[1]?.toLowerCase() ?? ''
  if (!EXTENSIONS.has(extension)) return undefined
  const bytes = await mail.head(part, maxBytes)
  if (!looksLikeText(bytes)) return undefined
  const isCut = bytes.length >= maxBytes
  const { text } = decodeText(bytes, part.charset ?? charsetOf(bytes), isCut)
  return { text, isHtml: extension.startsWith('htm'), isCut }
}

const EXTENSIONS = new Set(
  'csv tsv tab txt text log md htm html xml json ics vcf ldif eml sql yml yaml'.split(' '),
)

/** Excel's "Unicode text" is UTF-16 with a byte order mark. */
function charsetOf(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
}
