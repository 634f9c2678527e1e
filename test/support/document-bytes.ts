import { deflateSync } from 'node:zlib'
import { oleOf } from './ole-bytes.js'
import { pdfOf, streamOf } from './pdf-bytes.js'
import { zipOf, type ZipPart } from './zip-bytes.js'

/** Documents as office programs write them, cut down to what holds words. Lines are paragraphs. */
export const DOCUMENTS = {
  docx: (text: string): Buffer => docxOf(paragraphs(text)),
  xlsx: (text: string): Buffer => xlsxOf(lines(text).map(line => line.split(' '))),
  pptx: (text: string): Buffer => pptxOf(text),
  odt: (text: string): Buffer => odtOf(text),
  pdf: (text: string): Buffer => pdfOfText(text),
  rtf: (text: string): Buffer => rtfOf(text),
  html: (text: string): Buffer =>
    Buffer.from(`<!DOCTYPE html><meta charset=utf-8>${paragraphs(text, 'p', 'b')}`),
  txt: (text: string): Buffer => Buffer.from(text, 'utf8'),
  csv: (text: string): Buffer => Buffer.from(lines(text).join('\r\n'), 'utf8'),
  ics: (text: string): Buffer => icsOf(text),
  vcf: (text: string): Buffer => vcfOf(text),
  eml: (text: string): Buffer => emlOf(text),
  msg: (text: string): Buffer => msgOf(text),
} as const satisfies Record<string, (text: string) => Buffer>

export type DocumentKind = keyof typeof DOCUMENTS

const TYPES: ZipPart = {
  name: '[Content_Types].xml',
  content: Buffer.from(
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
  ),
}

export const file = (name: string, content: string | Buffer): ZipPart => ({
  name,
  content: Buffer.from(content),
})

/** A Word document whose body is this XML. */
export function docxOf(body: string, ...more: readonly ZipPart[]): Buffer {
  const document = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`
  return zipOf([TYPES, file('word/document.xml', document), ...more])
}

export function xlsxOf(rows: readonly (readonly string[])[], ...more: readonly ZipPart[]): Buffer {
  const strings = [...new Set(rows.flat())]
  const table = strings.map(text => `<si><t>${escaped(text)}</t></si>`).join('')
  const cells = rows.map(row => row.map(cell => `<c t="s"><v>${strings.indexOf(cell)}</v></c>`))
  const sheet = cells.map(row => `<row>${row.join('')}</row>`).join('')
  return zipOf([
    TYPES,
    file('xl/workbook.xml', '<workbook><sheets><sheet name="Blatt"/></sheets></workbook>'),
    file('xl/worksheets/sheet1.xml', `<worksheet><sheetData>${sheet}</sheetData></worksheet>`),
    file('xl/sharedStrings.xml', `<sst>${table}</sst>`),
    ...more,
  ])
}

function pptxOf(text: string): Buffer {
  const body = lines(text).map(line => `<a:p><a:r><a:t>${escaped(line)}</a:t></a:r></a:p>`)
  const slide = `<p:sld><p:cSld><p:txBody>${body.join('')}</p:txBody></p:cSld></p:sld>`
  return zipOf([TYPES, file('ppt/slides/slide1.xml', slide)])
}

function odtOf(text: string): Buffer {
  const body = lines(text).map(line => `<text:p>${escaped(line)}</text:p>`)
  return zipOf([
    file('mimetype', 'application/vnd.oasis.opendocument.text'),
    file(
      'content.xml',
      `<office:document-content><office:automatic-styles><number:text>style</number:text></office:automatic-styles><office:body><office:text>${body.join('')}</office:text></office:body></office:document-content>`,
    ),
    file('META-INF/manifest.xml', '<manifest:manifest/>'),
  ])
}

/** One page; letters are those of Windows, as most programs without embedded fonts write them. */
export function pdfOfText(text: string, trailer = '', ...objects: readonly string[]): Buffer {
  const show = lines(text).map(line => `(${literal(line)}) Tj T*`)
  const content = deflateSync(
    Buffer.from(`BT /F1 11 Tf 14 TL 50 780 Td ${show.join('\n')} ET`, 'latin1'),
  )
  return pdfOf(
    [
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
      streamOf(content, '/Filter /FlateDecode'),
      '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
      ...objects,
    ],
    trailer,
  )
}

/** The letters of Windows-1252 that the four languages need beyond Latin-1. */
const WINDOWS: Readonly<Record<string, number>> = {
  '€': 0x80,
  '„': 0x84,
  '…': 0x85,
  Œ: 0x8c,
  '‘': 0x91,
  '’': 0x92,
  '“': 0x93,
  '”': 0x94,
  '–': 0x96,
  '—': 0x97,
  œ: 0x9c,
}

function literal(line: string): string {
  return line
    .replace(/[\\()]/g, char => `\\${char}`)
    .replace(/[^\0-\xff]/g, char => String.fromCharCode(WINDOWS[char] ?? 0x3f))
}

function rtfOf(text: string): Buffer {
  const words = text
    .replace(/[\\{}]/g, char => `\\${char}`)
    .replace(/[^\0-\x7f]/g, char => {
      const code = WINDOWS[char] ?? char.charCodeAt(0)
      return code < 0x100 ? `\\'${code.toString(16).padStart(2, '0')}` : `\\u${code}?`
    })
  const head = '{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}{\\*\\generator Word;}'
  return Buffer.from(`${head}\\pard ${words.replaceAll('\n', '\\par\n')}\\par}`, 'latin1')
}

function icsOf(text: string): Buffer {
  const said = text.replace(/[\\;,]/g, char => `\\${char}`).replaceAll('\n', '\\n')
  const folded = `DESCRIPTION:${said}`.replace(/(.{60})/gu, '$1\r\n ')
  return Buffer.from(
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Termin\r\n${folded}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
  )
}

function vcfOf(text: string): Buffer {
  const quoted = [...Buffer.from(text)].map(byte => `=${byte.toString(16).padStart(2, '0')}`)
  const note = quoted
    .join('')
    .toUpperCase()
    .replace(/(.{72})/g, '$1=\r\n')
  return Buffer.from(
    `BEGIN:VCARD\r\nVERSION:2.1\r\nN:Muster;Anna\r\nNOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:${note}\r\nPHOTO;ENCODING=BASE64:AAAA==\r\nEND:VCARD\r\n`,
  )
}

function emlOf(text: string): Buffer {
  const body = Buffer.from(text)
    .toString('base64')
    .replace(/(.{76})/g, '$1\r\n')
  return Buffer.from(
    `From: <anna@example.org>\r\nSubject: Hallo\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}\r\n`,
  )
}

function msgOf(text: string): Buffer {
  return oleOf({
    '__properties_version1.0': Buffer.alloc(64),
    '__substg1.0_0037001F': Buffer.from('Hallo', 'utf16le'),
    '__substg1.0_1000001F': Buffer.from(text, 'utf16le'),
  })
}

function paragraphs(text: string, paragraph = 'w:p', run = 'w:t'): string {
  const wrapped = (word: string): string =>
    run === 'w:t' ? `<w:r><w:t xml:space="preserve">${word}</w:t></w:r>` : word
  return lines(text)
    .map(line => `<${paragraph}>${wrapped(escaped(line))}</${paragraph}>`)
    .join('')
}

const lines = (text: string): readonly string[] => text.split('\n')

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
