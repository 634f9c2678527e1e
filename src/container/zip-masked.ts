import { readAt, readUpTo, streamOf, type ByteView } from './byte-view.js'
import { looksReadable } from './looks-readable.js'
import type { Member } from './members.js'
import type { ZipDirectory } from './zip-directory.js'
import { strongMember } from './zip-strong.js'

const LOCAL = Buffer.from('PK\x03\x04', 'latin1')
const LOCAL_BYTES = 30

/** Encrypted, strongly, and with a local header whose values are masked (APPNOTE 4.4.4: 0, 6, 13). */
const MASKED = 0x2041

/** Newest version of the format that an entry may need, ten times it. */
const VERSION_LIMIT = 100

/**
 * Judges an archive whose directory is encrypted: nothing but the local headers tells of the entries,
 * and each of them has to be masked.
 */
export async function judgeMaskedZip(view: ByteView, directory: ZipDirectory): Promise<Member> {
  const head = await readUpTo(view, directory.shift, LOCAL_BYTES)
  if (head.length < LOCAL_BYTES || !head.subarray(0, 4).equals(LOCAL))
    return { state: 'unknown', why: 'its directory is encrypted, and no entry stands in front' }
  const data = directory.shift + LOCAL_BYTES + head.readUInt16LE(26) + head.readUInt16LE(28)
  const samples = [await readUpTo(view, data, 4096), await readUpTo(view, directory.start, 4096)]
  // How long the data are is masked as well: a short text may have ciphertext behind it.
  const fronts = samples.map(sample => sample.subarray(0, 64))
  if ([...samples, ...fronts].some(looksReadable) || (await hasPlainHeader(view, directory.start)))
    return { state: 'readable', why: 'its directory is encrypted, but an entry can be read' }
  return strongMember(directory.cipher)
}

/** Whether a local header before the directory lacks the mask; noise looks like one in 2^38 bytes. */
async function hasPlainHeader(view: ByteView, stop: number): Promise<boolean> {
  let base = 0
  let held = Buffer.alloc(0)
  for await (const chunk of streamOf(view, 0, Math.min(stop, view.size))) {
    const bytes = Buffer.concat([held, chunk])
    for (let at = bytes.indexOf(LOCAL); at >= 0; at = bytes.indexOf(LOCAL, at + 1)) {
      if (base + at + LOCAL_BYTES > view.size) break
      const head = await readAt(view, base + at, LOCAL_BYTES)
      if (head.readUInt16LE(4) < VERSION_LIMIT && (head.readUInt16LE(6) & MASKED) !== MASKED)
        return true
    }
    const keep = Math.min(bytes.length, LOCAL.length - 1)
    base += bytes.length - keep
    held = bytes.subarray(bytes.length - keep)
  }
  return false
}
