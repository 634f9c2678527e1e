import { readAt, type ByteView } from './byte-view.js'
import type { Member } from './members.js'
import { extraField, type ZipEntry, type ZipPlace } from './zip-directory.js'

/** Algorithms of PKWARE's strong encryption (APPNOTE 7.2.3.2), and whether they still are strong. */
const ALGORITHMS: ReadonlyMap<number, readonly [name: string, isStrong: boolean]> = new Map([
  [0x6601, ['DES', false]],
  [0x6602, ['RC2', false]],
  [0x6603, ['3DES', false]],
  [0x6609, ['3DES', false]],
  [0x660e, ['AES-128', true]],
  [0x660f, ['AES-192', true]],
  [0x6610, ['AES-256', true]],
  [0x6702, ['RC2', false]],
  [0x6720, ['Blowfish', false]],
  [0x6721, ['Twofish', true]],
  [0x6801, ['RC4', false]],
])

/** What protects an entry by PKWARE's strong encryption: its extra field 0x0017 or its first bytes say. */
export async function strongCipher(
  view: ByteView,
  entry: ZipEntry,
  { local, start, stop }: ZipPlace,
): Promise<Member> {
  const field = extraField(entry.extra, 0x0017) ?? extraField(local.extra, 0x0017)
  const said = field !== undefined && field.length >= 8 ? field.readUInt16LE(2) : undefined
  return strongMember(said ?? (await headerCipher(view, start, stop)))
}

/** A member that is protected by an algorithm of this number. */
export function strongMember(algorithm: number | undefined): Member {
  const known = algorithm === undefined ? undefined : ALGORITHMS.get(algorithm)
  if (known === undefined) return { state: 'unknown', why: 'the cipher is not known' }
  const [name, isStrong] = known
  return { state: isStrong ? 'strong' : 'weak', why: `${name}, PKWARE strong encryption` }
}

/** `IVSize, IV, Size, Format = 3, AlgID, …` before the ciphertext (APPNOTE 7.2.4). */
async function headerCipher(
  view: ByteView,
  start: number,
  stop: number,
): Promise<number | undefined> {
  if (stop - start < 32) return undefined
  const at = start + 2 + (await readAt(view, start, 2)).readUInt16LE(0)
  if (at + 8 > stop) return undefined
  const header = await readAt(view, at, 8)
  return header.readUInt16LE(4) === 3 ? header.readUInt16LE(6) : undefined
}
