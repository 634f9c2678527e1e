import { z } from 'zod'
import { malformed } from './header.js'
import type { Payload } from './seal-payload.js'

/** How the bytes of a file stand in the data. */
export const FILE_ENCODINGS = ['identity', 'base64', 'quoted-printable'] as const

/** A file inside the data, by its range. */
export interface SealedFile {
  /** Cleaned: no folder, no control characters. */
  readonly name: string
  readonly type: string
  readonly encoding: (typeof FILE_ENCODINGS)[number]
  readonly start: number
  readonly end: number
  /** Content-ID of an image that the HTML shows, without angle brackets. */
  readonly cid: string | null
}

/** What the reader page shows; everything in it can be made from the data again. */
export interface LetterView {
  readonly v: 1
  readonly subject: string
  readonly from: string
  readonly to: string
  /** Address that an answer goes to. */
  readonly sender: string
  /** Milliseconds since 1970, UTC. */
  readonly date: number | null
  readonly text: string | null
  /** The text goes on in the message itself. */
  readonly cut: boolean
  /** Without scripts, forms and anything from elsewhere. */
  readonly html: string | null
  readonly files: readonly SealedFile[]
  /** The whole message as the data holds it; null in an answer. */
  readonly mail: SealedFile | null
}

/** Bytes of a view as JSON at most. */
export const MAX_VIEW = 4 * 2 ** 20
export const MAX_FILES = 1000
export const MAX_NAME = 150

/**
 * View and data as one payload: length of the view in 4 bytes, big-endian, the view as JSON in UTF-8,
 * the data.
 */
export function joinPayload(view: LetterView, data: Payload): Payload {
  const json = Buffer.from(JSON.stringify(view), 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  const front = Buffer.concat([length, json])
  return Object.freeze({
    size: front.length + data.size,
    async *chunks() {
      yield front
      yield* data.chunks()
    },
  })
}

/**
 * Takes a payload apart. What came with a password may be hostile all the same: whoever answers a
 * letter knows it.
 *
 * Throws  ERR_SEAL_MALFORMED for a view that isn't one, or a range outside the data.
 */
export function splitPayload(payload: Buffer): {
  readonly view: LetterView
  readonly data: Buffer
} {
  if (payload.length < 4) malformed('its content breaks off')
  const length = payload.readUInt32BE(0)
  if (length > MAX_VIEW || length > payload.length - 4) malformed('its content breaks off')
  const data = payload.subarray(4 + length)
  const { success, data: view } = SCHEMA.safeParse(parsed(payload.subarray(4, 4 + length)))
  if (!success) malformed('its content is not that of version 1')
  for (const { start, end } of [...view.files, ...(view.mail === null ? [] : [view.mail])])
    if (start > end || end > data.length) malformed('a file lies outside of its content')
  return { view, data }
}

function parsed(json: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
  } catch {
    return undefined
  }
}

const LINE = z.string().max(2000)

const FILE = z.strictObject({
  name: z.string().min(1).max(MAX_NAME),
  type: z.string().max(100),
  encoding: z.enum(FILE_ENCODINGS),
  start: z.int().min(0),
  end: z.int().min(0),
  cid: z.string().max(200).nullable(),
})

const SCHEMA = z.strictObject({
  v: z.literal(1),
  subject: LINE,
  from: LINE,
  to: LINE,
  sender: LINE,
  date: z.number().nullable(),
  text: z.string().nullable(),
  cut: z.boolean(),
  html: z.string().nullable(),
  files: z.array(FILE).max(MAX_FILES),
  mail: FILE.nullable(),
})
