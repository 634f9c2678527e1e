import { createDecipheriv, createHash, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { NATIVE_ROUND } from './budget.js'
import { readAt, readUpTo, type ByteView } from './byte-view.js'
import { guardContent, type ContentJudgement, type WalkContext } from './content-judgement.js'
import { canInflate, inflateFront, inflateWhole } from './deflated.js'
import { looksReadable } from './looks-readable.js'
import { judgeMembers, type Member } from './members.js'
import { readOdfManifest, type OdfEncryption } from './odf-manifest.js'
import { judgeOutside } from './surroundings.js'
import { placeOf, readZipDirectory, type ZipDirectory, type ZipPlace } from './zip-directory.js'
import { findZipEnd } from './zip-end.js'
import { judgeZipEntry } from './zip-member.js'

const deriveKey = promisify(pbkdf2)

const TYPE_FRONT = /^application\/vnd\.(?:oasis\.opendocument|sun\.xml)\./
const MANIFEST = 'META-INF/manifest.xml'

/** Largest manifest that is read; a text with a thousand pictures has half a megabyte. */
const MANIFEST_LIMIT = 8 * 1024 * 1024

/** Files of the package that say what it is and who signed it, and are never encrypted. */
const STRUCTURE = /^(?:mimetype|META-INF\/(?:manifest|\w*signatures)\.xml)$/

/** Ciphers by the end of their address, with the block that ciphertext comes in. */
const CIPHERS: readonly [name: RegExp, strength: 'strong' | 'weak', block: number][] = [
  [/aes(?:128|192|256)-cbc$/, 'strong', 16],
  [/aes(?:128|192|256)-gcm$/, 'strong', 1],
  [/blowfish/i, 'weak', 1],
  [/tripledes-cbc$/, 'weak', 8],
]

/** Whether a ZIP archive is an OpenDocument package: it says so in the clear, and has a manifest. */
export async function isOpenDocument(view: ByteView, directory: ZipDirectory): Promise<boolean> {
  const named = directory.entries.find(({ name }) => name === 'mimetype')
  const hasManifest = directory.entries.some(({ name }) => name === MANIFEST)
  if (named === undefined || !hasManifest || named.method !== 0 || named.flags & 1) return false
  const { start, stop } = await placeOf(view, named, directory.start)
  const type = await readUpTo(view, start, Math.min(80, stop - start))
  return TYPE_FRONT.test(type.toString('latin1'))
}

/**
 * Judges an OpenDocument file by its manifest and the bytes of the files in it.
 *
 * Gives   undefined for what is no OpenDocument file.
 * Source  OpenDocument 1.3, part 2, section 3
 */
export async function judgeOpenDocument(
  view: ByteView,
  context: WalkContext,
): Promise<ContentJudgement | undefined> {
  const end = await findZipEnd(view)
  if (end === undefined) return undefined
  let isOurs = false
  const judgement = await guardContent('odf', 'OpenDocument', async () => {
    const directory = await readZipDirectory(view, end, context.budget)
    isOurs = await isOpenDocument(view, directory)
    return isOurs ? walk(view, directory, context) : undefined
  })
  return isOurs ? judgement : undefined
}

async function walk(
  view: ByteView,
  directory: ZipDirectory,
  context: WalkContext,
): Promise<ContentJudgement> {
  if (directory.problem !== undefined)
    return { system: 'odf', verdict: 'unknown', why: `OpenDocument: ${directory.problem}` }
  const manifest = readOdfManifest(await manifestText(view, directory, context))
  const members: Member[] = []
  let isTried = false
  for (const entry of directory.entries) {
    if (STRUCTURE.test(entry.name)) continue
    const place = await placeOf(view, entry, directory.start)
    const encryption = manifest.get(entry.name)
    if (encryption === undefined || place.start === place.stop) {
      members.push(await judgeZipEntry(view, entry, place, context))
      continue
    }
    const member = await judgeFile(view, place, encryption)
    const opens =
      !isTried && member.state === 'strong' && (await opensEmpty(view, place, encryption, context))
    isTried ||= member.state === 'strong'
    members.push(opens ? { state: 'readable', why: 'it opens with an empty password' } : member)
  }
  members.push(...(await judgeOutside(view, directory.end, view.size, 'behind the end')))
  return judgeMembers('odf', 'OpenDocument', members)
}

async function manifestText(
  view: ByteView,
  directory: ZipDirectory,
  { budget }: WalkContext,
): Promise<string> {
  const entry = directory.entries.find(({ name }) => name === MANIFEST)
  if (entry === undefined || entry.bytes > MANIFEST_LIMIT) return ''
  const { start, stop } = await placeOf(view, entry, directory.start)
  if (entry.method === 0) return (await readAt(view, start, stop - start)).toString('utf8')
  const xml = await inflateWhole(view, start, stop, budget)
  return (await xml.read(0, xml.size)).toString('utf8')
}

/** A file that the manifest says to be encrypted, by its bytes. */
async function judgeFile(
  view: ByteView,
  { start, stop }: ZipPlace,
  { algorithm, bytes, hasKey }: OdfEncryption,
): Promise<Member> {
  const sample = await readUpTo(view, start, Math.min(4096, stop - start))
  if (looksReadable(sample) || (await canInflate(view, start, stop, { bytes, crc: 0 })))
    return { state: 'readable', why: 'what should be ciphertext can be read' }
  const cipher = CIPHERS.find(([name]) => name.test(algorithm))
  if (cipher === undefined) return { state: 'unknown', why: 'the cipher is not known' }
  const [, state, block] = cipher
  if (!hasKey) return { state: 'unknown', why: 'nothing says how the key is had' }
  if ((stop - start) % block !== 0)
    return { state: 'unknown', why: 'the length of a file is none of its cipher' }
  return { state, why: state === 'weak' ? 'an outdated cipher' : 'AES' }
}

/** Whether the empty password opens a file: what it decrypts to unpacks to something readable. */
async function opensEmpty(
  view: ByteView,
  { start, stop }: ZipPlace,
  { algorithm, startKey, salt, rounds, keyBytes, iv }: OdfEncryption,
  { budget }: WalkContext,
): Promise<boolean> {
  if (!algorithm.endsWith('-cbc') || startKey === undefined || rounds === 0) return false
  if (![16, 24, 32].includes(keyBytes) || iv.length !== 16) return false
  budget.takeRounds(rounds * NATIVE_ROUND)
  const secret = createHash(startKey).digest()
  const key = await deriveKey(secret, salt, rounds, keyBytes, 'sha1')
  const decipher = createDecipheriv(`aes-${keyBytes * 8}-cbc`, key, iv).setAutoPadding(false)
  const size = Math.min(512, stop - start)
  const plain = decipher.update(await readAt(view, start, size - (size % 16)))
  return looksReadable(plain) || looksReadable(inflateFront(plain) ?? Buffer.alloc(0))
}
