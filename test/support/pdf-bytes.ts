import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { noise } from './container-bytes.js'

/** A PDF file of these objects, numbered from 1, with a table; `trailer` is added to its trailer. */
export function pdfOf(objects: readonly (string | Buffer)[], trailer = ''): Buffer {
  const pieces: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  let size = 9
  const offsets = objects.map((object, index) => {
    const piece = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(object as string, 'latin1'),
      Buffer.from('\nendobj\n'),
    ])
    pieces.push(piece)
    size += piece.length
    return size - piece.length
  })
  const entries = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`)
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries.join('')}`
  const end = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${size}\n%%EOF\n`
  return Buffer.concat([...pieces, Buffer.from(table + end)])
}

/** A stream object. */
export function streamOf(content: Buffer, dictionary = ''): Buffer {
  return Buffer.concat([
    Buffer.from(`<< ${dictionary} /Length ${content.length} >>\nstream\n`),
    content,
    Buffer.from('\nendstream'),
  ])
}

export const CATALOGUE = '<< /Type /Catalog /Pages 2 0 R >>'
export const PAGES = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>'
export const PAGE = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>'
export const CONTENT = Buffer.from('BT /F1 18 Tf 50 700 Td (Befund, streng vertraulich) Tj ET')

export const LETTER_PDF = pdfOf([
  CATALOGUE,
  PAGES,
  PAGE,
  streamOf(deflateSync(CONTENT), '/Filter /FlateDecode'),
])

/** A file that says it is encrypted by `dictionary`, with a stream of noise. */
export function lockedPdf(dictionary: string, content = streamOf(noise(512))): Buffer {
  return pdfOf([CATALOGUE, PAGES, PAGE, content, dictionary], '/Encrypt 5 0 R /ID [<00><00>]')
}

/** Hexadecimal string of noise, for passwords that nothing opens. */
export const hexNoise = (size: number): string => `<${noise(size).toString('hex')}>`

/** Values of the standard handler that no password fits. */
export const AES_256 = [
  '<< /Filter /Standard /V 5 /R 6 /Length 256 /P -4',
  `/O ${hexNoise(48)} /U ${hexNoise(48)} /OE ${hexNoise(32)} /UE ${hexNoise(32)}`,
  '/CF << /StdCF << /CFM /AESV3 >> >> /StmF /StdCF /StrF /StdCF >>',
].join(' ')

/** A folder in which qpdf works; fails where it is missing: it is a Debian package that the tests need. */
export interface PdfBox {
  /** What qpdf makes of the input with these options. */
  make(options: readonly string[], input?: Buffer): Buffer
  /** Whether qpdf needs a password to open it; undefined when it cannot be opened. */
  needsPassword(file: Buffer): boolean | undefined
  close(): void
}

export function openPdfBox(): PdfBox {
  const folder = mkdtempSync(join(tmpdir(), 'ps-pdf-'))
  const path = (name: string): string => join(folder, name)
  const run = (args: readonly string[]): number => {
    try {
      execFileSync('qpdf', args, { cwd: folder, stdio: 'ignore' })
      return 0
    } catch (thrown) {
      const { status } = thrown as { status?: number | null }
      if (typeof status !== 'number') throw thrown
      return status
    }
  }
  return {
    make(options, input = LETTER_PDF) {
      writeFileSync(path('in.pdf'), input)
      const fixed = ['--static-id', '--static-aes-iv', '--allow-weak-crypto']
      const code = run([...fixed, 'in.pdf', 'out.pdf', ...options])
      if (code !== 0 && code !== 3) throw new Error(`qpdf ended with ${code}`)
      return readFileSync(path('out.pdf'))
    },
    needsPassword(file) {
      writeFileSync(path('asked.pdf'), file)
      const code = run(['--requires-password', 'asked.pdf'])
      if (code === 0 || code === 3) return code === 0
      // The same code says "not encrypted" and "cannot be read".
      return run(['--check', 'asked.pdf']) === 2 ? undefined : false
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
