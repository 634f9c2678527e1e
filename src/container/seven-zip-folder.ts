import { crc32 } from 'node:zlib'
import { readAt, viewOf, type ByteView } from './byte-view.js'
import { isContainerFront } from './container-front.js'
import type { WalkContext } from './content-judgement.js'
import { looksReadable } from './looks-readable.js'
import { memberOf, type Member } from './members.js'
import { AES_METHOD, decryptEmpty, readSevenZipAes } from './seven-zip-aes.js'
import type { SevenZipCoder, SevenZipFolder } from './seven-zip-streams.js'
import { canUnpack, unpackBy } from './unpacked.js'

/** Packed bytes, and what comes out of them, that are looked at to see whether they can be read. */
const TRIAL_BYTES = 4 * 1024 * 1024

/** Unpacked bytes that prove by themselves that something was packed like that. */
const PROOF_BYTES = 64

/** Plain folders up to this size are unpacked to look for containers in them. */
const INSPECTED_BYTES = 32 * 1024 * 1024

const NO_METHOD: SevenZipCoder = { method: '', properties: Buffer.alloc(0), outputs: 1 }

export const isAes = ({ method }: SevenZipCoder): boolean => method === AES_METHOD

/**
 * Judges the files of one folder of a 7z archive by its methods and the bytes of its streams.
 *
 * Shape   `view` starts where the positions of the folder do.
 */
export async function judgeFolder(
  view: ByteView,
  folder: SevenZipFolder,
  context: WalkContext,
): Promise<readonly Member[]> {
  const ciphers = folder.coders.filter(isAes)
  if (folder.files.every(({ bytes }) => bytes === 0)) return []
  if (ciphers.length === 0) return judgePlain(view, folder, context)
  const member = await judgeEncrypted(view, folder, ciphers, context)
  return folder.files.map(({ bytes }) =>
    bytes === 0 ? { state: 'empty', why: 'a file without content' } : member,
  )
}

async function judgeEncrypted(
  view: ByteView,
  folder: SevenZipFolder,
  ciphers: readonly SevenZipCoder[],
  { budget }: WalkContext,
): Promise<Member> {
  if (ciphers.length < folder.packed.length)
    return { state: 'partial', why: 'some streams of a folder are not encrypted' }
  const under = folder.coders.filter(coder => !isAes(coder))
  for (const { start, stop } of folder.packed) {
    if (start === stop || (stop - start) % 16 !== 0)
      return { state: 'unknown', why: 'the length of a stream is none of its cipher' }
    if (looksReadable(await readAt(view, start, Math.min(4096, stop - start))))
      return { state: 'readable', why: 'what should be ciphertext can be read' }
  }
  const [cipher] = ciphers
  const aes = cipher && readSevenZipAes(cipher.properties)
  const [first] = folder.packed
  if (aes === undefined || first === undefined)
    return { state: 'unknown', why: 'the description of its encryption is damaged' }
  const packed = await readAt(view, first.start, Math.min(TRIAL_BYTES, first.stop - first.start))
  const [method = NO_METHOD, second] = under
  if (second === undefined && canUnpack(method.method)) {
    if (await opensAs(method, folder, packed, budget))
      return { state: 'readable', why: 'what should be ciphertext can be unpacked' }
  }
  const plain = await decryptEmpty(aes, packed, budget)
  const opens =
    second === undefined && canUnpack(method.method)
      ? await opensAs(method, folder, plain, budget)
      : looksReadable(plain)
  if (opens) return { state: 'readable', why: 'it opens with an empty password' }
  return { state: 'strong', why: 'AES-256' }
}

/** Whether bytes are what a folder would hold without encryption: by the check sum of its first file. */
async function opensAs(
  { method, properties }: SevenZipCoder,
  { files }: SevenZipFolder,
  packed: Buffer,
  budget: WalkContext['budget'],
): Promise<boolean> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const first = files.find(({ bytes }) => bytes > 0)
  if (first === undefined) return false
  const isStored = method === '' || method === '00'
  const size = Math.min(total, isStored ? packed.length : TRIAL_BYTES)
  const content = await unpackBy(method, properties, packed, size, budget)
  if (content === undefined) return false
  if (first.crc !== undefined && first.bytes <= content.length)
    return crc32(content.subarray(0, first.bytes)) === first.crc
  return isStored ? looksReadable(content) : content.length >= PROOF_BYTES
}

/** Anybody can unpack it: what counts is whether its files protect their own content. */
async function judgePlain(
  view: ByteView,
  folder: SevenZipFolder,
  context: WalkContext,
): Promise<readonly Member[]> {
  const content = await unpackFolder(view, folder, context)
  const members: Member[] = []
  let at = 0
  for (const { bytes } of folder.files) {
    const file = content?.subarray(at, at + bytes)
    at += bytes
    members.push(
      bytes === 0
        ? { state: 'empty', why: 'a file without content' }
        : await judgeFile(file, context),
    )
  }
  return members
}

async function judgeFile(file: Buffer | undefined, context: WalkContext): Promise<Member> {
  await context.budget.pause(20)
  const isContainer = file !== undefined && isContainerFront(file)
  const inner = { ...context, depth: context.depth + 1 }
  const judgement = isContainer ? await context.inspect(viewOf(file), inner) : undefined
  return judgement === undefined ? { state: 'readable', why: '' } : memberOf(judgement)
}

/** The content of a folder, where that is affordable; what is not looked into is readable. */
export async function unpackFolder(
  view: ByteView,
  { coders, packed, files }: SevenZipFolder,
  { budget }: WalkContext,
): Promise<Buffer | undefined> {
  const [coder, second] = coders
  const [stream] = packed
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const isSimple = coder !== undefined && second === undefined && canUnpack(coder.method)
  if (!isSimple || stream === undefined) return undefined
  const most = Math.min(INSPECTED_BYTES, budget.bytesLeft)
  if (total > most || stream.stop - stream.start > most) return undefined
  const bytes = await readAt(view, stream.start, stream.stop - stream.start)
  return unpackBy(coder.method, coder.properties, bytes, total, budget)
}
