import { createCipheriv, randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PDFDocument } from '@cantoo/pdf-lib'
import { bug } from '../../errors.js'
import type { Payload } from '../container/seal-payload.js'
import { fileKey } from './file-key.js'
import type { PackedFile } from './packed-file.js'

/** A stream that a document names by its object number and does not hold. */
export interface LaterStream {
  readonly object: number
  readonly packed: PackedFile
}

const BLOCK = 16

/**
 * A document with its embedded files behind it, as an incremental update: so they need not pass
 * through the library, which would copy and encrypt them in JavaScript. They are encrypted while they
 * are read, once.
 *
 * Shape   `saved` is the document as the library wrote it, encrypted, with object streams
 * Source  ISO 32000-2, 7.5.6 (updates), 7.5.8 (cross-reference streams), 7.6.3.2 (AES-256-CBC, a
 *         random initialisation vector in front), 7.11.4 (embedded files)
 */
export function withStreams(
  document: PDFDocument,
  saved: Uint8Array,
  streams: readonly LaterStream[],
): Payload {
  const base = Buffer.from(saved.buffer, saved.byteOffset, saved.length)
  const key = fileKey(document)
  let at = base.length + 1
  const placed = streams.map(({ object, packed }) => {
    const length = BLOCK + (Math.floor(packed.packedBytes / BLOCK) + 1) * BLOCK
    const head = latin1(
      `${object} 0 obj\n<</Type/EmbeddedFile/Subtype/application#2Foctet-stream` +
        `/Params<</Size ${packed.bytes}>>/Filter/FlateDecode/Length ${length}>>\nstream\n`,
    )
    const offset = at
    at += head.length + length + TAIL.length
    return { object, offset, head, packed }
  })
  const table = crossReferences(document, base, placed, at)
  return Object.freeze({
    size: at + table.length,
    async *chunks() {
      yield base
      yield latin1('\n')
      for (const { head, packed } of placed) {
        yield head
        const iv = randomBytes(BLOCK)
        const cipher = createCipheriv('aes-256-cbc', key, iv)
        yield iv
        for await (const piece of packed.pieces()) {
          yield cipher.update(piece)
          await nextTurn()
        }
        yield cipher.final()
        yield TAIL
      }
      yield table
    },
  })
}

const TAIL = latin1('\nendstream\nendobj\n')

/** The table of the update: where its objects are, its own place among them, and the table before. */
function crossReferences(
  { context }: PDFDocument,
  base: Buffer,
  placed: readonly { readonly object: number; readonly offset: number }[],
  at: number,
): Buffer {
  const before = tableBefore(base)
  const own = before.size
  const entries = [...placed, { object: own, offset: at }]
  const rows = entries.map(({ offset }) => {
    const row = Buffer.alloc(6)
    row.writeUInt8(1, 0)
    row.writeUInt32BE(offset, 1)
    return row
  })
  const { Root, Info, Encrypt, ID } = context.trailerInfo
  const index = entries.map(({ object }) => `${object} 1`).join(' ')
  const named = { Root, Info, Encrypt, ID }
  const kept = Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [`/${name} ${value.toString()}`],
  )
  const content = Buffer.concat(rows)
  return Buffer.concat([
    latin1(
      `${own} 0 obj\n<</Type/XRef/Size ${own + 1}/W[1 4 1]/Index[${index}]` +
        `/Prev ${before.at}${kept.join('')}/Length ${content.length}>>\nstream\n`,
    ),
    content,
    latin1(`\nendstream\nendobj\nstartxref\n${at}\n%%EOF\n`),
  ])
}

/** Where the table of the library lies, and the first object number that is free. */
function tableBefore(base: Buffer): { readonly at: number; readonly size: number } {
  const end = base.subarray(-200).toString('latin1')
  const at = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(end)?.[1])
  const size = Number(/\/Size (\d+)/.exec(base.toString('latin1', at, at + 1000))?.[1])
  return size > 0 ? { at, size } : bug('a document without its table')
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
