import { isLetterName } from '../known-cover.js'

const END_BYTES = 22
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30
const DESCRIPTOR_BYTES = 16
/** AE-2 with AES-256, and how the file in it was packed: deflated or not (WinZip, AES encryption). */
const AES = /^\x01\x99\x07\0\x02\0AE\x03(?:\x08|\0)\0$/

/**
 * Whether a ZIP file has the form of our letters, byte for byte: one encrypted entry with the name that
 * goes with the reference, no comment, and nothing beside it.
 *
 * Source  APPNOTE 6.3.10, section 4.3
 */
export function hasZipLetterForm(file: Buffer, reference: string): boolean {
  const end = file.subarray(-END_BYTES)
  if (end.length < END_BYTES || end.readUInt32LE(0) !== 0x06054b50) return false
  const directory = file.subarray(end.readUInt32LE(16), file.length - END_BYTES)
  const numbers = [4, 6, 8, 10, 20].map(at => end.readUInt16LE(at))
  if (numbers.join() !== '0,0,1,1,0' || end.readUInt32LE(12) !== directory.length) return false
  if (directory.length < ENTRY_BYTES || directory.readUInt32LE(0) !== 0x02014b50) return false
  const nameBytes = directory.readUInt16LE(28)
  const extraBytes = directory.readUInt16LE(30)
  const hasComment = directory.readUInt16LE(32) !== 0
  if (hasComment || directory.length !== ENTRY_BYTES + nameBytes + extraBytes) return false
  const named = directory.subarray(ENTRY_BYTES).toString('latin1')
  if (!isLetterName(named.slice(0, nameBytes), reference, 'eml')) return false
  if (!AES.test(named.slice(nameBytes))) return false
  const packed = directory.readUInt32LE(20)
  const local = file.subarray(0, LOCAL_BYTES + named.length)
  if (local.length < LOCAL_BYTES || local.readUInt32LE(0) !== 0x04034b50) return false
  // Flags, method, time and date are the same in both places; sizes follow the data.
  const isSame = local.subarray(6, 14).equals(directory.subarray(8, 16))
  const isEncrypted = (local.readUInt16LE(6) & 1) === 1 && local.readUInt16LE(8) === 99
  const hasNoTime = local.readUInt16LE(10) === 0 && local.readUInt16LE(12) === 0x21
  const isNamed = local.subarray(LOCAL_BYTES).toString('latin1') === named
  const dataEnd = local.length + packed + DESCRIPTOR_BYTES
  return isSame && isEncrypted && hasNoTime && isNamed && dataEnd === end.readUInt32LE(16)
}
