import { setImmediate as otherWork } from 'node:timers/promises'
import { z } from 'zod'
import { reasonOf } from '../errors.js'
import { checkHeaderEdit } from '../message/header-edit.js'
import type { FinishedLetter } from '../seal/letter.js'
import { ResultError } from './check-result.js'

/** A letter larger than this is none: sealing makes a message two and a half times larger at most. */
const MAX_BODY = 512 * 1024 * 1024

/** The fields of a letter, in their order. */
const FIELDS = ['Subject', 'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'] as const

const LETTER = z.strictObject({
  fields: z
    .array(z.strictObject({ name: z.enum(FIELDS), value: z.string().min(1).max(10_000) }))
    .length(FIELDS.length),
  body: z.custom<AsyncIterable<unknown> | Uint8Array>(isBody),
  bodyBytes: z.int().min(1).max(MAX_BODY),
})

/** RFC 5322, section 2.1.1, without CRLF. */
const MAX_LINE = 998

/**
 * Reads a letter that a plugin gave, as if it came from the network: into memory, at most `maxBytes`
 * of it, every line looked at.
 *
 * Throws  ResultError, which quotes nothing.
 */
export async function collectLetter(
  raw: unknown,
  maxBytes: number = MAX_BODY,
): Promise<FinishedLetter & { readonly bodyBytes: number }> {
  const parsed = LETTER.safeParse(raw)
  if (!parsed.success) throw new ResultError('gave a letter that has not the form of one')
  const { fields, body, bodyBytes } = parsed.data
  if (bodyBytes > maxBytes) throw new ResultError('gave a larger letter than it may become')
  checkFields(fields)
  const bytes = Buffer.allocUnsafe(bodyBytes)
  let filled = 0
  for await (const chunk of piecesOf(body)) {
    if (!(chunk instanceof Uint8Array)) throw new ResultError('gave a body that is not of bytes')
    if (filled + chunk.length > bodyBytes) throw new ResultError('gave more than it had said')
    bytes.set(chunk, filled)
    filled += chunk.length
  }
  if (filled !== bodyBytes) throw new ResultError('gave less than it had said')
  await checkLines(bytes)
  return Object.freeze({
    fields: Object.freeze(fields.map(field => Object.freeze(field))),
    body: bytes,
    bodyBytes,
  })
}

function isBody(value: unknown): boolean {
  if (value instanceof Uint8Array) return true
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

async function* piecesOf(body: AsyncIterable<unknown> | Uint8Array): AsyncIterable<unknown> {
  if (body instanceof Uint8Array) yield body
  else yield* body
}

function checkFields(fields: readonly { readonly name: string; readonly value: string }[]): void {
  if (fields.some(({ name }, index) => name !== FIELDS[index]))
    throw new ResultError('gave the fields of its letter in another order')
  try {
    for (const { name, value } of fields) checkHeaderEdit({ kind: 'set-header', name, value })
  } catch (thrown) {
    throw new ResultError(`gave a field that cannot stand in a header: ${reasonOf(thrown)}`)
  }
}

/** Bytes that are looked at before others have their turn. */
const SLICE = 1024 * 1024

/** CRLF ends every line, and nothing else does (RFC 5321, section 2.3.8). */
async function checkLines(bytes: Buffer): Promise<void> {
  if (bytes.includes(0)) throw new ResultError('gave a body with a NUL')
  let turn = SLICE
  for (let start = 0; start < bytes.length;) {
    const feed = bytes.indexOf(0x0a, start)
    const stop = feed < 0 ? bytes.length : feed - 1
    if (stop - start > MAX_LINE) throw new ResultError('gave a line of more than 998 bytes')
    const carriage = bytes.indexOf(0x0d, start)
    if (feed < 0 ? carriage >= 0 : carriage !== stop)
      throw new ResultError('gave a body with a bare line break')
    start = feed < 0 ? bytes.length : feed + 1
    if (start < turn) continue
    turn = start + SLICE
    await otherWork()
  }
}
