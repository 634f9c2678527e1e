import { readUpTo, type ByteView } from './byte-view.js'

const END_BYTES = 22

/**
 * Whether an archive ends like one that `onlyFileOf` may open: with the record of one entry, without a
 * comment. Looks at its last bytes alone.
 *
 * Source  PKWARE APPNOTE 6.3, 4.3.16
 */
export async function holdsOnlyFile(zip: ByteView): Promise<boolean> {
  const end = await readUpTo(zip, zip.size - END_BYTES, END_BYTES)
  return (
    end.length === END_BYTES && end.readUInt32LE(0) === 0x06054b50 && end.readUInt16LE(10) === 1
  )
}
