import { keyRefused } from './key-refused.js'

/** A block of text between `-----BEGIN label-----` and `-----END label-----`. */
export interface PemBlock {
  readonly label: string
  /** The block with its first and last line. */
  readonly text: string
  /** What its base64 holds; undefined for an OpenPGP block, whose armour has more than that. */
  readonly bytes: Buffer | undefined
}

/** Blocks of one file. */
const MAX_BLOCKS = 500

/**
 * Finds the blocks in a text; what stands around them is left aside.
 *
 * Throws  ERR_SEAL_KEY_INPUT for a block that breaks off or is not base64, and for too many
 * Source  RFC 7468, section 2 (the lax form of section 3); RFC 9580, 6.2, for OpenPGP
 */
export function pemBlocks(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = []
  const begin = /-----BEGIN ([A-Z0-9 ]{1,40})-----/g
  for (let found = begin.exec(text); found !== null; found = begin.exec(text)) {
    const [line, label = ''] = found
    const last = `-----END ${label}-----`
    const end = text.indexOf(last, begin.lastIndex)
    if (end < 0) throw keyRefused('a block in the file has no end')
    if (blocks.length >= MAX_BLOCKS) throw keyRefused(`more than ${MAX_BLOCKS} blocks in one file`)
    const inside = text.slice(found.index + line.length, end)
    begin.lastIndex = end + last.length
    const bytes = label.startsWith('PGP ') ? undefined : bytesOf(inside)
    blocks.push({ label, bytes, text: text.slice(found.index, begin.lastIndex) })
  }
  return blocks
}

function bytesOf(inside: string): Buffer {
  // An encrypted private key in the old form has header fields, and is not read at all.
  const base64 = inside.replace(/^(?:\s*[\w-]+:[^\n]*\n)+/, '').replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw keyRefused('a block in the file is not base64')
  return Buffer.from(base64, 'base64')
}
