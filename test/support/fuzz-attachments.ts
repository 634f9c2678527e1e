import { extractFile } from '../../src/classification/attachments/open-file.js'
import { DOCUMENTS } from './document-bytes.js'
import type { FuzzTarget } from './fuzz-targets.js'
import { zipOf } from './zip-bytes.js'

const WORDS = 'Befund für Frau Müller\nAHV 756.9217.0769.85'
const MOST_CHARS = 100_000

/** pdf.js runs where it can be ended, and is not ours to fuzz; the other readers are. */
const OWN = Object.entries(DOCUMENTS).filter(([kind]) => kind !== 'pdf')

/** The readers of attachments. */
export const ATTACHMENT: FuzzTarget = {
  name: 'attachment',
  seeds: () => [
    ...OWN.map(([, make]) => make(WORDS)),
    zipOf([{ content: DOCUMENTS.docx(WORDS) }, { content: DOCUMENTS.eml(WORDS) }]),
  ],
  async run(bytes) {
    if (bytes.includes('%PDF-')) return 'a PDF file'
    const limits = { maxTextChars: MOST_CHARS, maxUnpackedBytes: 8 * 1024 * 1024 }
    const found = await extractFile(bytes, limits, () => 0)
    let chars = 0
    for (const one of found) if (one.kind === 'text') chars += one.text.length
    if (chars > MOST_CHARS) throw new Error(`it gave ${chars} characters`)
    return found[0]?.kind ?? 'nothing'
  },
}
