import { crc32 } from 'node:zlib'
import { partOf, readUpTo, type ByteView } from './byte-view.js'
import { FRONT_BYTES, isContainerFront } from './container-front.js'
import type { WalkContext } from './content-judgement.js'
import { looksReadable } from './looks-readable.js'
import { memberOf, type Member } from './members.js'

/** A file in a RAR archive, of either version, as its header describes it. */
export interface RarEntry {
  readonly start: number
  readonly stop: number
  readonly bytes: number
  /** Check sum of the content, where the header has one. */
  readonly crc: number | undefined
  readonly isDirectory: boolean
  readonly isStored: boolean
  /** Begins in another volume, or goes on there: its bytes prove nothing alone. */
  readonly isSplit: boolean
  /** How it is encrypted, if it is said to be. */
  readonly cipher: RarCipher | undefined
}

export interface RarCipher {
  readonly name: string
  readonly state: 'strong' | 'weak'
  /** Whether the empty password opens it; undefined where that cannot be told. */
  opensEmpty(): Promise<boolean | undefined>
}

const SAMPLE_BYTES = 4096

/** Judges one file by its bytes; its header says how to look at them. */
export async function judgeRarEntry(
  view: ByteView,
  entry: RarEntry,
  context: WalkContext,
): Promise<Member> {
  const { start, stop, bytes, cipher } = entry
  if (entry.isDirectory || stop === start || bytes === 0)
    return { state: 'empty', why: 'an entry without content' }
  if (cipher === undefined) return judgePlain(view, entry, context)
  const sample = await readUpTo(view, start, Math.min(SAMPLE_BYTES, stop - start))
  const isWhole = sample.length === stop - start && sample.length >= bytes
  const isOpen =
    looksReadable(sample) ||
    (entry.isStored && isWhole && entry.crc === crc32(sample.subarray(0, bytes)))
  if (isOpen) return { state: 'readable', why: 'what should be ciphertext can be read' }
  if ((stop - start) % 16 !== 0 && !entry.isSplit && cipher.state === 'strong')
    return { state: 'unknown', why: 'the length of an entry is none of its cipher' }
  await context.budget.pause(1000)
  if ((await cipher.opensEmpty()) === true)
    return { state: 'readable', why: 'it opens with an empty password' }
  return { state: cipher.state, why: cipher.name }
}

/** Stored files are looked into; there is no free decoder for the packed ones, and they are readable. */
async function judgePlain(
  view: ByteView,
  { start, stop, isStored, isSplit }: RarEntry,
  context: WalkContext,
): Promise<Member> {
  const front = await readUpTo(view, start, Math.min(FRONT_BYTES, stop - start))
  await context.budget.pause(20)
  if (!isStored || isSplit || !isContainerFront(front)) return { state: 'readable', why: '' }
  const inner = { ...context, depth: context.depth + 1 }
  const judgement = await context.inspect(partOf(view, start, stop), inner)
  return judgement === undefined ? { state: 'readable', why: '' } : memberOf(judgement)
}
