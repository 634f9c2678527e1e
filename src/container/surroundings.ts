import { readUpTo, streamOf, type ByteView } from './byte-view.js'
import { isProgramFront } from './container-front.js'
import { looksLikeText } from './looks-like-text.js'
import { looksReadable } from './looks-readable.js'
import type { Member } from './members.js'

const SAMPLE_BYTES = 4096

/** A marker in front of an archive that was once split (APPNOTE 8.5.4). */
const MARKER_BYTES = 4

/** White space and zeros that programs put around files. */
const isBlank = (bytes: Buffer): boolean =>
  bytes.every(byte => byte === 0 || byte === 9 || byte === 10 || byte === 13 || byte === 32)

/**
 * What bytes that belong to no entry of an archive are: nothing, a program that unpacks it, content
 * that can be read, or something that nobody can decide on.
 */
export async function judgeOutside(
  view: ByteView,
  start: number,
  stop: number,
  where: string,
): Promise<readonly Member[]> {
  if (stop - start <= MARKER_BYTES) return []
  const front = await readUpTo(view, start, Math.min(SAMPLE_BYTES, stop - start))
  const isProgram = start === 0 && isProgramFront(front) && !looksReadable(front.subarray(4))
  if (isProgram) return []
  const samples = [front]
  for (const at of [(start + stop - SAMPLE_BYTES) >> 1, stop - SAMPLE_BYTES])
    if (at > start) samples.push(await readUpTo(view, at, SAMPLE_BYTES))
  if (samples.every(isBlank)) return []
  const state = samples.some(looksReadable) ? 'readable' : 'unknown'
  return [{ state, why: `${stop - start} bytes ${where} belong to no entry` }]
}

/** Bytes at the end of ciphertext that are looked at. */
const TAIL_BYTES = 64

/** Whether ciphertext ends in text: nothing but the end of the file says how long it is. */
export async function judgeTail(view: ByteView, start: number): Promise<readonly Member[]> {
  const from = view.size - TAIL_BYTES
  const isText = from >= start && looksLikeText(await readUpTo(view, from, TAIL_BYTES))
  return isText ? [{ state: 'readable', why: 'a text stands at the end of the ciphertext' }] : []
}

/** Programs that unpack an archive are smaller. */
const PROGRAM_LIMIT = 4 * 1024 * 1024

/**
 * Where an archive may start: at the front, or behind a program that unpacks it.
 *
 * Gives   every place of `magic`; the caller tries which of them is right.
 */
export async function archiveStarts(view: ByteView, magic: Buffer): Promise<readonly number[]> {
  const front = await readUpTo(view, 0, 16)
  if (front.subarray(0, magic.length).equals(magic)) return [0]
  if (!isProgramFront(front)) return []
  const starts: number[] = []
  let base = 0
  let held = Buffer.alloc(0)
  for await (const chunk of streamOf(view, 0, Math.min(view.size, PROGRAM_LIMIT))) {
    const bytes = Buffer.concat([held, chunk])
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1))
      starts.push(base + at)
    const keep = Math.min(bytes.length, magic.length - 1)
    base += bytes.length - keep
    held = bytes.subarray(bytes.length - keep)
  }
  return starts.slice(0, 16)
}
