import { ByteReader } from './byte-reader.js'
import { guardWalk } from './guard.js'
import type { Judgement } from './judgement.js'
import { looksLikeText } from './looks-like-text.js'
import { readPacket, type OpenPgpPacket } from './openpgp-packet.js'

/** Packet types (RFC 9580, table 3; 20 is LibrePGP's OCB encrypted data). */
const TAG = {
  pkesk: 1,
  signature: 2,
  skesk: 3,
  onePassSignature: 4,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  compressed: 8,
  sed: 9,
  marker: 10,
  literal: 11,
  publicSubkey: 14,
  seipd: 18,
  ocbData: 20,
  padding: 21,
} as const

const READABLE: ReadonlyMap<number, string> = new Map([
  [TAG.compressed, 'only compressed or signed'],
  [TAG.literal, 'a literal packet, in the clear'],
  [TAG.secretKey, 'a secret key'],
  [TAG.publicKey, 'a public key'],
  [TAG.secretSubkey, 'a secret key'],
  [TAG.publicSubkey, 'a public key'],
])

/** Packets of one message. One for each recipient, and a few. */
const PACKET_LIMIT = 10_000

/** Longest packet that holds a session key; post-quantum ones need about 2 KB. */
const SESSION_KEY_LIMIT = 16 * 1024

/** IDEA, 3DES, CAST5, Blowfish: blocks of 64 bits (RFC 9580, section 9.3). */
const isWeakCipher = (cipher: number): boolean => cipher >= 1 && cipher <= 4

/** AES, Twofish, Camellia. */
const isStrongCipher = (cipher: number): boolean => cipher >= 7 && cipher <= 13

/**
 * Judges a binary OpenPGP message by its packets, in one pass and without holding it.
 *
 * Gives   undefined when the bytes start no OpenPGP message; `unknown` when they break off, are
 *         malformed or go on after the message.
 * Source  RFC 9580, sections 5 and 10.3; RFC 4880 for the old packets; LibrePGP for tag 20
 */
export async function judgeOpenPgp(chunks: AsyncIterable<Buffer>): Promise<Judgement | undefined> {
  const reader = new ByteReader(chunks)
  try {
    return await guardWalk('OpenPGP', () => walk(reader))
  } finally {
    await reader.close()
  }
}

/** What opens the message, as far as the packets before the data say. */
interface SessionKeys {
  count: number
  isWeak: boolean
  problem: string | undefined
}

async function walk(reader: ByteReader): Promise<Judgement | undefined> {
  const keys: SessionKeys = { count: 0, isWeak: false, problem: undefined }
  let signatures = 0
  for (let index = 0; index < PACKET_LIMIT; index += 1) {
    const packet = await readPacket(reader)
    if (packet === undefined) return atEnd(await reader.atEnd(), index, keys, signatures)
    const { tag } = packet
    if (isSilent(packet)) continue
    if (tag === TAG.signature || tag === TAG.onePassSignature) signatures += 1
    else if (tag === TAG.pkesk || tag === TAG.skesk) noteSessionKey(keys, packet)
    else if (tag === TAG.sed || tag === TAG.seipd || tag === TAG.ocbData) {
      const judgement = judgeData(packet, keys)
      return (await endsHere(reader)) ? judgement : unknown('packets follow the encrypted data')
    } else {
      const why = READABLE.get(tag)
      if (why !== undefined) return { verdict: 'not-encrypted', why: `OpenPGP: ${why}` }
      return index === 0 ? undefined : unknown(`packet type ${tag} is not known`)
    }
  }
  return unknown('too many packets')
}

function isSilent({ tag, head }: OpenPgpPacket): boolean {
  return tag === TAG.padding || (tag === TAG.marker && head.toString('latin1') === 'PGP')
}

function atEnd(
  isComplete: boolean,
  packets: number,
  keys: SessionKeys,
  signatures: number,
): Judgement | undefined {
  if (packets === 0) return undefined
  if (!isComplete) return unknown('something else follows the packets')
  if (keys.count > 0) return unknown('a session key without encrypted data')
  const why = 'OpenPGP: a signature without content'
  return signatures > 0 ? { verdict: 'not-encrypted', why, isEmpty: true } : undefined
}

function noteSessionKey(keys: SessionKeys, { tag, bytes, head }: OpenPgpPacket): void {
  keys.count += 1
  const version = head[0] ?? 0
  if (bytes > SESSION_KEY_LIMIT) keys.problem ??= 'a session key is too long'
  if (tag === TAG.pkesk) {
    if (![2, 3, 6].includes(version) || bytes < 12) keys.problem ??= 'a session key cannot be read'
    return
  }
  // Version 6 counts the bytes that follow before it names the cipher.
  const cipher = head[version === 6 ? 2 : 1] ?? 0
  if (![4, 5, 6].includes(version) || bytes < 4) keys.problem ??= 'a session key cannot be read'
  else if (isWeakCipher(cipher)) keys.isWeak = true
  else if (!isStrongCipher(cipher)) keys.problem ??= `cipher ${cipher} is not known`
}

/** Version, and then what differs: the least that a body can be, and where its ciphertext starts. */
function judgeData({ tag, bytes, head, tail }: OpenPgpPacket, keys: SessionKeys): Judgement {
  const body = bodyOf(tag, head)
  if (body === undefined) return unknown('a version of encrypted data that is not known')
  if (looksLikeText(head.subarray(body.start)))
    return { verdict: 'not-encrypted', why: 'OpenPGP: forged, what should be ciphertext is text' }
  if (keys.problem !== undefined) return unknown(keys.problem)
  if (keys.count === 0) return unknown('nothing says who can open it')
  if (bytes < body.start + body.least) return unknown('it holds no encrypted content')
  // Where the packet runs to the end of the file, so does what was put behind it.
  const isFull = bytes >= body.start + body.least + tail.length
  if (isFull && looksLikeText(tail)) return unknown('a text stands at the end of its ciphertext')
  const isWeak = body.isWeak || keys.isWeak
  if (isWeak) return { verdict: 'weak', why: `OpenPGP, ${body.name}, an outdated cipher or form` }
  return { verdict: 'encrypted', why: `OpenPGP, ${body.name} for ${keys.count} recipient(s)` }
}

interface DataBody {
  readonly name: string
  readonly start: number
  /** Bytes of ciphertext that even an empty message has. */
  readonly least: number
  readonly isWeak: boolean
}

function bodyOf(tag: number, head: Buffer): DataBody | undefined {
  const [version, cipher = 0] = head
  if (tag === TAG.sed)
    return { name: 'encrypted data without integrity check', start: 0, least: 12, isWeak: true }
  if (tag === TAG.seipd && version === 1)
    return { name: 'integrity-protected data, version 1', start: 1, least: 34, isWeak: false }
  const isKnown = isWeakCipher(cipher) || isStrongCipher(cipher)
  const isWeak = isWeakCipher(cipher)
  // Cipher, mode, chunk size, then a salt of 32 bytes; at least the final tag follows.
  if (tag === TAG.seipd && version === 2 && isKnown)
    return { name: 'integrity-protected data, version 2', start: 36, least: 32, isWeak }
  if (tag === TAG.ocbData && version === 1 && isKnown)
    return { name: 'OCB encrypted data', start: 4, least: 32, isWeak }
  return undefined
}

async function endsHere(reader: ByteReader): Promise<boolean> {
  for (let index = 0; index < PACKET_LIMIT; index += 1) {
    const packet = await readPacket(reader)
    if (packet === undefined) return reader.atEnd()
    if (!isSilent(packet) && packet.tag !== TAG.signature) return false
  }
  return false
}

function unknown(why: string): Judgement {
  return { verdict: 'unknown', why: `OpenPGP: ${why}` }
}
