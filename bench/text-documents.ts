import { deflateSync } from 'node:zlib'
import { noise } from './noise.js'
import { zipOf } from './large-files.js'

const WORDS =
  'the report of this month says what was measured delivered ordered and paid for'.split(' ')

/** Sentences that no compression makes much smaller, `lines` of them. */
function sentences(lines: number): readonly string[] {
  const bytes = noise(lines * 24, 7)
  return Array.from({ length: lines }, (_, line) => {
    const piece = bytes.subarray(line * 24, line * 24 + 24)
    const words = [...piece.subarray(0, 12)].map(byte => WORDS[byte % WORDS.length] ?? '')
    return `${words.join(' ')} ${piece.subarray(12).toString('hex')}`
  })
}

const CONTENT_TYPES = {
  name: '[Content_Types].xml',
  content: Buffer.from('<Types/>'),
  isDeflated: true,
}

/** A Word document of about a megabyte that is nothing but text: 20,000 lines, some 400 pages. */
export function longLetter(): Buffer {
  const run = (text: string): string =>
    `<w:p><w:pPr><w:pStyle w:val="Body"/></w:pPr><w:r><w:rPr><w:lang w:val="de-CH"/></w:rPr><w:t>${text}</w:t></w:r></w:p>`
  const body = `<w:document><w:body>${sentences(20_000).map(run).join('')}</w:body></w:document>`
  const document = { name: 'word/document.xml', content: Buffer.from(body), isDeflated: true }
  return zipOf([CONTENT_TYPES, document])
}

/** A workbook of as many cells as make a megabyte. */
export function longTable(): Buffer {
  const rows = sentences(20_000).map((text, row) => {
    const cells = text.split(' ').map(word => `<c t="inlineStr"><is><t>${word}</t></is></c>`)
    return `<row r="${row + 1}">${cells.join('')}</row>`
  })
  const sheet = `<worksheet><sheetData>${rows.join('')}</sheetData></worksheet>`
  const name = 'xl/worksheets/sheet1.xml'
  return zipOf([CONTENT_TYPES, { name, content: Buffer.from(sheet), isDeflated: true }])
}

/** A PDF file of about a megabyte, all text, with 50 lines on each of its 400 pages. */
export function longPdf(): Buffer {
  const lines = sentences(20_000)
  const pages = lines.length / 50
  const objects: (readonly (string | Buffer)[])[] = [
    ['<< /Type /Catalog /Pages 2 0 R >>'],
    [
      `<< /Type /Pages /Count ${pages} /Kids [${Array.from({ length: pages }, (_, page) => `${4 + 2 * page} 0 R`).join(' ')}] >>`,
    ],
    ['<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>'],
  ]
  for (let page = 0; page < pages; page += 1) {
    const shown = lines.slice(page * 50, page * 50 + 50).map(line => `(${line}) Tj T*`)
    const text = deflateSync(Buffer.from(`BT /F 9 Tf 14 TL 40 800 Td ${shown.join('\n')} ET`))
    objects.push([
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + 2 * page} 0 R /Resources << /Font << /F 3 0 R >> >> >>`,
    ])
    const head = `<< /Filter /FlateDecode /Length ${text.length} >>\nstream\n`
    objects.push([head, text, '\nendstream'])
  }
  return fileOf(objects)
}

function fileOf(objects: readonly (readonly (string | Buffer)[])[]): Buffer {
  const pieces: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  let size = 9
  const rows = objects.map((object, index) => {
    const at = size
    const parts = [`${index + 1} 0 obj\n`, ...object, '\nendobj\n']
    const bytes = Buffer.concat(parts.map(part => Buffer.from(part)))
    pieces.push(bytes)
    size += bytes.length
    return `${String(at).padStart(10, '0')} 00000 n \n`
  })
  const count = objects.length + 1
  const table = `xref\n0 ${count}\n0000000000 65535 f \n${rows.join('')}`
  const trailer = `trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${size}\n%%EOF\n`
  return Buffer.concat([...pieces, Buffer.from(table + trailer)])
}
