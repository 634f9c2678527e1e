import { GatewayError } from '../errors.js'
import type { Budget } from './budget.js'
import type { SevenZipCursor } from './seven-zip-cursor.js'

/** Marks in the header (7zFormat.txt, property IDs). */
export const ID = {
  end: 0x00,
  header: 0x01,
  archiveProperties: 0x02,
  additionalStreams: 0x03,
  mainStreams: 0x04,
  packInfo: 0x06,
  unpackInfo: 0x07,
  subStreams: 0x08,
  size: 0x09,
  digest: 0x0a,
  folder: 0x0b,
  unpackSize: 0x0c,
  unpackStreams: 0x0d,
  encodedHeader: 0x17,
} as const

const CODER_LIMIT = 32

export interface SevenZipCoder {
  /** The number of the method in hexadecimal. */
  readonly method: string
  readonly properties: Buffer
  readonly outputs: number
}

/** Files that are packed together by a chain of methods. */
export interface SevenZipFolder {
  readonly coders: readonly SevenZipCoder[]
  /** Where its packed streams lie, from the end of the start header on. */
  readonly packed: readonly { readonly start: number; readonly stop: number }[]
  /** Bytes and check sum of each file in it; a check sum of undefined says nothing. */
  readonly files: readonly { readonly bytes: number; readonly crc: number | undefined }[]
}

/**
 * Reads the description of packed streams up to its end mark.
 *
 * Throws  ERR_CONTAINER_MALFORMED, ERR_CONTAINER_TRUNCATED or ERR_CONTAINER_LIMIT.
 * Source  7-Zip, DOC/7zFormat.txt, StreamsInfo
 */
export function readStreams(cursor: SevenZipCursor, budget: Budget): readonly SevenZipFolder[] {
  let start = 0
  let packSizes: readonly number[] = []
  let drafts: readonly Draft[] = []
  for (;;) {
    const id = cursor.number()
    if (id === ID.end) break
    if (id === ID.packInfo) {
      start = cursor.number()
      packSizes = readPackSizes(cursor, budget)
    } else if (id === ID.unpackInfo) drafts = readFolders(cursor, budget)
    else if (id === ID.subStreams) readFiles(cursor, drafts, budget)
    else throw malformed('its header holds something unknown')
  }
  let at = start
  let next = 0
  return drafts.map(({ coders, bytes, packedCount, files, crc }) => {
    const packed = Array.from({ length: packedCount }, () => {
      const size = packSizes[next++]
      if (size === undefined) throw malformed('a packed stream is missing')
      const range = { start: at, stop: at + size }
      at += size
      return range
    })
    return { coders, packed, files: files ?? [{ bytes, crc }] }
  })
}

interface Draft {
  readonly coders: readonly SevenZipCoder[]
  readonly packedCount: number
  /** The output that goes into no other method: the content. */
  readonly main: number
  bytes: number
  crc: number | undefined
  files: { bytes: number; crc: number | undefined }[] | undefined
}

function readPackSizes(cursor: SevenZipCursor, budget: Budget): readonly number[] {
  const count = counted(cursor, budget)
  let sizes: readonly number[] = []
  for (let id = cursor.number(); id !== ID.end; id = cursor.number()) {
    if (id === ID.size) sizes = times(count, () => cursor.number())
    else if (id === ID.digest) readDigests(cursor, count)
    else throw malformed('its packed streams are not described')
  }
  return sizes
}

function readFolders(cursor: SevenZipCursor, budget: Budget): readonly Draft[] {
  expect(cursor, ID.folder)
  const count = counted(cursor, budget)
  if (cursor.byte() !== 0) throw malformed('its description lies elsewhere')
  const drafts = times(count, () => readFolder(cursor))
  expect(cursor, ID.unpackSize)
  for (const draft of drafts) {
    const outputs = draft.coders.reduce((sum, coder) => sum + coder.outputs, 0)
    draft.bytes = times(outputs, () => cursor.number())[draft.main] ?? 0
  }
  for (let id = cursor.number(); id !== ID.end; id = cursor.number()) {
    if (id !== ID.digest) throw malformed('its folders are not described')
    for (const [index, crc] of readDigests(cursor, count).entries()) {
      const draft = drafts[index]
      if (draft !== undefined) draft.crc = crc
    }
  }
  return drafts
}

function readFolder(cursor: SevenZipCursor): Draft {
  const count = cursor.number()
  if (count === 0 || count > CODER_LIMIT) throw malformed('a folder without methods, or too many')
  let inputs = 0
  let outputs = 0
  const coders = times(count, () => {
    const flags = cursor.byte()
    const method = cursor.take(flags & 0x0f).toString('hex')
    const ins = (flags & 0x10) === 0 ? 1 : cursor.number()
    const outs = (flags & 0x10) === 0 ? 1 : cursor.number()
    if (ins > CODER_LIMIT || outs > CODER_LIMIT) throw malformed('a method with too many streams')
    inputs += ins
    outputs += outs
    const properties = (flags & 0x20) === 0 ? Buffer.alloc(0) : cursor.take(cursor.number())
    return { method, properties, outputs: outs }
  })
  const bound = Math.max(0, outputs - 1)
  const used = new Set<number>()
  for (let index = 0; index < bound; index += 1) {
    cursor.number()
    used.add(cursor.number())
  }
  const packedCount = inputs - bound
  if (packedCount < 1) throw malformed('a folder without packed streams')
  if (packedCount > 1) for (let index = 0; index < packedCount; index += 1) cursor.number()
  const main = times(outputs, index => index).findLast(index => !used.has(index)) ?? 0
  return { coders, packedCount, main, bytes: 0, crc: undefined, files: undefined }
}

/** How many files each folder holds, and how large they are. */
function readFiles(cursor: SevenZipCursor, drafts: readonly Draft[], budget: Budget): void {
  let counts: readonly number[] = drafts.map(() => 1)
  let id = cursor.number()
  if (id === ID.unpackStreams) {
    counts = drafts.map(() => counted(cursor, budget))
    id = cursor.number()
  }
  for (const [index, draft] of drafts.entries()) {
    const count = counts[index] ?? 1
    let rest = draft.bytes
    draft.files = times(count, number => {
      const bytes = number < count - 1 && id === ID.size ? cursor.number() : rest
      rest -= bytes
      if (rest < 0) throw malformed('files that are larger than their folder')
      return { bytes, crc: count === 1 ? draft.crc : undefined }
    })
  }
  if (id === ID.size) id = cursor.number()
  for (; id !== ID.end; id = cursor.number()) {
    if (id !== ID.digest) throw malformed('its files are not described')
    const open = drafts.flatMap(({ files }) => files ?? []).filter(({ crc }) => crc === undefined)
    for (const [index, crc] of readDigests(cursor, open.length).entries()) {
      const file = open[index]
      if (file !== undefined) file.crc = crc
    }
  }
}

function readDigests(cursor: SevenZipCursor, count: number): readonly (number | undefined)[] {
  const isAll = cursor.byte() !== 0
  const defined = isAll ? times(count, () => true) : cursor.bits(count)
  return defined.map(isDefined => (isDefined ? cursor.uint32() : undefined))
}

function counted(cursor: SevenZipCursor, budget: Budget): number {
  const count = cursor.number()
  budget.takeEntries(count)
  return count
}

function expect(cursor: SevenZipCursor, id: number): void {
  if (cursor.number() !== id) throw malformed('its header is out of order')
}

function times<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
