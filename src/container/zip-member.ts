import { crc32 } from 'node:zlib'
import { partOf, readUpTo, type ByteView } from './byte-view.js'
import type { WalkContext } from './content-judgement.js'
import { FRONT_BYTES, isContainerFront } from './container-front.js'
import { canInflate, inflateFront, inflateWhole } from './deflated.js'
import { looksReadable } from './looks-readable.js'
import { memberOf, type Member } from './members.js'
import {
  ZIPCRYPTO_OVERHEAD,
  opensWithoutPassword,
  opensWithoutZipCrypto,
  readZipAes,
} from './zip-cipher.js'
import { extraField, type ZipEntry, type ZipPlace } from './zip-directory.js'
import { strongCipher } from './zip-strong.js'

const ENCRYPTED = 0x0001
const STRONG = 0x0040

/** The method that stands for WinZip AES. */
const AES_METHOD = 99

/** What nothing at all deflates to. */
const NOTHING_BYTES = 2

/** Bytes at the front of an entry that are looked at. */
const SAMPLE_BYTES = 4096

/**
 * Judges one entry by its bytes: the flags say how to look at them, and never that they are protected.
 */
export async function judgeZipEntry(
  view: ByteView,
  entry: ZipEntry,
  place: ZipPlace,
  context: WalkContext,
): Promise<Member> {
  const isNothing =
    place.start === place.stop || (entry.bytes === 0 && entry.packedBytes <= NOTHING_BYTES)
  if (isNothing) return { state: 'empty', why: 'an entry without content' }
  const isSaid = (entry.flags & ENCRYPTED) !== 0
  const isSaidHere = (place.local.flags & ENCRYPTED) !== 0
  if (!isSaid && !isSaidHere) return judgePlain(view, entry, place, context)
  if (await canBeRead(view, entry, place))
    return { state: 'readable', why: 'an entry claims to be encrypted and can be read' }
  if (isSaid !== isSaidHere)
    return { state: 'unknown', why: 'the two headers of an entry disagree about its encryption' }
  const field = extraField(entry.extra, 0x9901) ?? extraField(place.local.extra, 0x9901)
  if (field !== undefined || entry.method === AES_METHOD)
    return judgeAes(view, entry, place, field, context)
  if ((entry.flags & STRONG) !== 0) return strongCipher(view, entry, place)
  return judgeZipCrypto(view, entry, place, context)
}

async function judgeAes(
  view: ByteView,
  entry: ZipEntry,
  { start, stop }: ZipPlace,
  field: Buffer | undefined,
  { budget }: WalkContext,
): Promise<Member> {
  const aes = readZipAes(field)
  if (aes === undefined || entry.method !== AES_METHOD)
    return { state: 'unknown', why: 'the description of its encryption is damaged' }
  if (stop - start < aes.overhead)
    return { state: 'unknown', why: 'an entry is too short to be encrypted' }
  const from = start + aes.overhead - 10
  const to = stop - 10
  const sample = await readUpTo(view, from, Math.min(SAMPLE_BYTES, to - from))
  const isOpen =
    looksReadable(sample) ||
    (aes.method === 8 && (await canInflate(view, from, to, { bytes: entry.bytes, crc: entry.crc })))
  if (isOpen) return { state: 'readable', why: 'what should be ciphertext can be read' }
  await budget.pause(1000)
  if (await opensWithoutPassword(view, start, stop, aes, budget))
    return { state: 'readable', why: 'it opens with an empty password' }
  return { state: 'strong', why: `AES-${aes.keyBytes * 8}` }
}

async function judgeZipCrypto(
  view: ByteView,
  entry: ZipEntry,
  { start, stop }: ZipPlace,
  { budget }: WalkContext,
): Promise<Member> {
  if (stop - start < ZIPCRYPTO_OVERHEAD)
    return { state: 'unknown', why: 'an entry is too short to be encrypted' }
  if (entry.bytes === 0 && stop - start <= ZIPCRYPTO_OVERHEAD + NOTHING_BYTES)
    return { state: 'empty', why: 'an entry without content' }
  const sample = await readUpTo(view, start + ZIPCRYPTO_OVERHEAD, SAMPLE_BYTES)
  const isOpen =
    looksReadable(sample.subarray(0, stop - start - ZIPCRYPTO_OVERHEAD)) ||
    (entry.method === 8 && (await canInflate(view, start + ZIPCRYPTO_OVERHEAD, stop, entry)))
  if (isOpen) return { state: 'readable', why: 'what should be ciphertext can be read' }
  await budget.pause(100)
  if (await opensWithoutZipCrypto(view, start, stop, entry, budget))
    return { state: 'readable', why: 'it opens with an empty password' }
  return { state: 'weak', why: 'with the weak traditional encryption' }
}

/** Whether the data of an entry are what they would be without encryption. */
async function canBeRead(
  view: ByteView,
  entry: ZipEntry,
  { local, start, stop }: ZipPlace,
): Promise<boolean> {
  const sample = await readUpTo(view, start, Math.min(SAMPLE_BYTES, stop - start))
  if (looksReadable(sample)) return true
  const isWholeSample = sample.length === stop - start
  if (isWholeSample && entry.crc !== 0 && crc32(sample) === entry.crc) return true
  const mayBeDeflated = [entry.method, local.method, aesMethod(entry, local.extra)].includes(8)
  return mayBeDeflated && canInflate(view, start, stop, entry)
}

function aesMethod(entry: ZipEntry, localExtra: Buffer): number | undefined {
  return readZipAes(extraField(entry.extra, 0x9901) ?? extraField(localExtra, 0x9901))?.method
}

/** Anybody can unpack it: what counts is whether it is a container that protects its own content. */
async function judgePlain(
  view: ByteView,
  entry: ZipEntry,
  { start, stop }: ZipPlace,
  context: WalkContext,
): Promise<Member> {
  const inner = await openEntry(view, entry, start, stop, context)
  const judgement =
    inner && (await context.inspect(inner, { ...context, depth: context.depth + 1 }))
  return judgement === undefined ? { state: 'readable', why: '' } : memberOf(judgement)
}

/** The content of a stored or deflated entry, if it starts like a container. */
async function openEntry(
  view: ByteView,
  { method }: ZipEntry,
  start: number,
  stop: number,
  { budget }: WalkContext,
): Promise<ByteView | undefined> {
  const packed = await readUpTo(view, start, Math.min(FRONT_BYTES, stop - start))
  await budget.pause(20)
  if (method === 0) return isContainerFront(packed) ? partOf(view, start, stop) : undefined
  const front = method === 8 ? inflateFront(packed) : undefined
  if (front === undefined || !isContainerFront(front)) return undefined
  return inflateWhole(view, start, stop, budget)
}
