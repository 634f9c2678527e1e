import { crc32, deflateRawSync, deflateSync } from 'node:zlib'
import { noise } from './noise.js'

const TEXT_LINE = 'Line after line of what people measure, in words and in numbers: 17.25; '

/** A PDF file of pages with a text and a scan each, and its table of objects. */
export function plainPdf(bytes: number): Buffer {
  const scanBytes = 100_000
  const pages = Math.max(1, Math.floor(bytes / (scanBytes + 600)))
  const pieces: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')]
  const offsets: number[] = []
  let size = pieces[0]?.length ?? 0
  const add = (...parts: readonly (string | Buffer)[]): void => {
    const object = Buffer.concat(parts.map(part => Buffer.from(part)))
    const piece = Buffer.concat([Buffer.from(`${offsets.length + 1} 0 obj\n`), object, END])
    offsets.push(size)
    size += piece.length
    pieces.push(piece)
  }
  const kids = Array.from({ length: pages }, (_, page) => `${3 + page * 3} 0 R`).join(' ')
  add('<< /Type /Catalog /Pages 2 0 R >>')
  add(`<< /Type /Pages /Count ${pages} /Kids [${kids}] >>`)
  for (let page = 0; page < pages; page += 1) {
    const first = 3 + page * 3
    const text = deflateSync(Buffer.from(`BT (${TEXT_LINE.repeat(40)}) Tj ET`))
    const scan = noise(scanBytes, page % 256)
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${first + 1} 0 R ` +
        `/Resources << /XObject << /Scan ${first + 2} 0 R >> >> >>`,
    )
    add(`<< /Filter /FlateDecode /Length ${text.length} >>\nstream\n`, text, '\nendstream')
    add(
      '<< /Type /XObject /Subtype /Image /Width 1000 /Height 800 /Filter /DCTDecode ' +
        `/Length ${scan.length} >>\nstream\n`,
      scan,
      '\nendstream',
    )
  }
  const rows = offsets.map(at => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  const count = offsets.length + 1
  const table = `xref\n0 ${count}\n0000000000 65535 f \n${rows}`
  const trailer = `trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${size}\n%%EOF\n`
  return Buffer.concat([...pieces, Buffer.from(table + trailer)])
}

const END = Buffer.from('\nendobj\n')

/** A ZIP archive of tables that were deflated and recordings that were stored. */
export function plainZip(bytes: number): Buffer {
  const files = 10
  const entries = Array.from({ length: files }, (_, index): Entry => {
    const isTable = index % 2 === 0
    const table = Buffer.from(TEXT_LINE.repeat(2000))
    return isTable
      ? { name: `table-${index}.csv`, content: table, isDeflated: true }
      : {
          name: `record-${index}.wav`,
          content: noise(bytes / (files / 2), index),
          isDeflated: false,
        }
  })
  return zipOf(entries)
}

/** A Word document of one text and as many pictures as it takes. */
export function wordDocument(bytes: number): Buffer {
  const types =
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
  const pictures = Array.from({ length: 8 }, (_, index): Entry => ({
    name: `word/media/image${index}.png`,
    content: noise(bytes / 8, index + 100),
    isDeflated: true,
  }))
  return zipOf([
    { name: '[Content_Types].xml', content: Buffer.from(types), isDeflated: true },
    {
      name: 'word/document.xml',
      content: Buffer.from(`<?xml version="1.0"?><w>${TEXT_LINE.repeat(3000)}</w>`),
      isDeflated: true,
    },
    ...pictures,
  ])
}

interface Entry {
  readonly name: string
  readonly content: Buffer
  readonly isDeflated: boolean
}

/** Source  APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16 */
export function zipOf(entries: readonly Entry[]): Buffer {
  const front: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, content, isDeflated } of entries) {
    const packed = isDeflated ? deflateRawSync(content) : content
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(isDeflated ? 8 : 0, 4)
    fields.writeUInt32LE(crc32(content), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(content.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const behind = Buffer.alloc(14)
    behind.writeUInt32LE(at, 10)
    const title = Buffer.from(name)
    directory.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, behind, title)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, title, packed])
    front.push(local)
    at += local.length
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...front, ...directory, end])
}
