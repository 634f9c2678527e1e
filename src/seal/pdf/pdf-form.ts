/** What our letters have of PDF outside of streams; everything else in them is encrypted. */
const NAMES = new Set(
  `ADBE AESV3 AF AFRelationship Annots AuthEvent BaseVersion CF CFM Catalog Contents Count DocOpen
  DecodeParms EF EmbeddedFile EmbeddedFiles Encrypt EncryptMetadata ExtGState ExtensionLevel Extensions
  Filter First FlateDecode Font ID Index Info Kids Length MediaBox N Names O OE ObjStm P Page Pages Params
  Parent Perms Prev R Resources Root Size Standard StdCF StmF StrF Subtype Type U UE V W XObject XRef
  1.7 application#2Foctet-stream text#2Fplain`.split(/\s+/),
)
/** Name of a font, to which the library adds a number. */
const FONT = /^Helvetica(?:-Bold)?-\d{1,10}$/
const KEYWORDS = new Set(['obj', 'endobj', 'R', '<<', '>>', '[', ']', 'startxref', '%%EOF'])
/** Bytes of the texts that an encryption dictionary has (ISO 32000-2, 7.6.4.4). */
const HEX = /^<(?:[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{96})>$/i
const NUMBER = /^-?\d{1,10}(?:\.\d{1,4})?$/
/** Whatever is no white space is in one. */
const TOKEN = /<<|>>|\[|\]|<[0-9a-f]*>|\/[^\s/<>[\]()%{}]*|%%EOF|[^\s/<>[\]]+|\S/gi
const HEADER = /^%PDF-1\.7\n%[\x80-\xff]{4}\n/

/**
 * Whether all that can be read in a PDF file, outside of streams, is what our letters have there: no
 * text, no comment, no name that we do not write. Whether the streams are encrypted is not looked at.
 */
export function hasPdfLetterForm(file: Buffer): boolean {
  const text = file.toString('latin1')
  const [header] = HEADER.exec(text) ?? []
  if (header === undefined) return false
  return outsideOfStreams(text.slice(header.length)).every(onlyOurs)
}

const START = '>>\nstream\n'
const END = '\nendstream\n'

function outsideOfStreams(text: string): readonly string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length;) {
    const start = text.indexOf(START, at)
    if (start < 0) {
      pieces.push(text.slice(at))
      break
    }
    pieces.push(text.slice(at, start + 2))
    const end = text.indexOf(END, start)
    if (end < 0) return ['a stream without an end']
    at = end + END.length
  }
  return pieces
}

function onlyOurs(piece: string): boolean {
  for (const [token] of piece.matchAll(TOKEN)) if (!isOurs(token)) return false
  return true
}

function isOurs(token: string): boolean {
  if (KEYWORDS.has(token) || NUMBER.test(token) || HEX.test(token)) return true
  const name = token.slice(1)
  return token.startsWith('/') && (NAMES.has(name) || FONT.test(name))
}
