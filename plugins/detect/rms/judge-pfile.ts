import { looksLikeText, looksReadable, type Judgement } from 'postseal/plugin'

export const PFILE_MAGIC = Buffer.from('.pfile')

/** Bytes of licence that a file has at the least: it is signed XML. */
const LEAST_LICENCE = 256

const SAMPLE_BYTES = 4096
const TAIL_BYTES = 64

/**
 * Judges a file under generic protection (.pfile, .ptxt, .pjpg): a header, the licence, and the
 * ciphertext at the offset that the header names.
 *
 * Shape   magic, two numbers of version, 278 undocumented bytes, the offset; with and without the
 *         two bytes that align it.
 * Gives   `unknown` where the offset leads nowhere.
 * Source  Microsoft, IPCF_PROTECTED_FILE_HEADER
 */
export function judgePfile(file: Buffer): Judgement {
  const offsets = [OFFSET_PACKED, OFFSET_ALIGNED]
    .filter(place => place + 4 <= file.length)
    .map(place => file.readUInt32LE(place))
  const offset = offsets.find(at => at >= OFFSET_ALIGNED + LEAST_LICENCE && at < file.length - 16)
  if (offset === undefined) return unknown('its header is damaged, or it breaks off')
  if (looksReadable(file.subarray(offset, offset + SAMPLE_BYTES)))
    return {
      verdict: 'not-encrypted',
      why: 'pfile: forged, what should be ciphertext can be read',
    }
  if (!hasLicence(file.subarray(OFFSET_PACKED + 4, offset))) return unknown('it holds no licence')
  // Nothing but the end of the file says how long the ciphertext is.
  if (file.length - offset >= TAIL_BYTES && looksLikeText(file.subarray(-TAIL_BYTES)))
    return { verdict: 'partial', why: 'pfile: a text stands at the end of the ciphertext' }
  return { verdict: 'encrypted', why: 'pfile: a file under Rights Management' }
}

const OFFSET_PACKED = 6 + 4 + 4 + 278
const OFFSET_ALIGNED = OFFSET_PACKED + 4

/** The licence is XrML, in UTF-8 or UTF-16. */
function hasLicence(bytes: Buffer): boolean {
  return (['latin1', 'utf16le'] as const).some(charset => bytes.includes('<XrML', 0, charset))
}

function unknown(why: string): Judgement {
  return { verdict: 'unknown', why: `pfile: ${why}` }
}
