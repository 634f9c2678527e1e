import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { createMail } from '../message/create-mail.js'
import { bufferSource, type ByteSource } from '../message/source.js'
import type { Damage, Envelope, Mail, Part } from '../message/mail.js'

/** Messages up to this size travel to a worker whole; larger ones are read from there piecewise. */
const WHOLE_UP_TO = 1024 * 1024

/** A mail in a form that can be posted to another thread. */
export interface PackedMail {
  readonly envelope: Envelope
  readonly root: Part
  readonly damage: readonly Damage[]
  readonly size: number
  /** All bytes, or the port over which pieces of them can be asked for. */
  readonly bytes: Uint8Array | MessagePort
}

interface Wanted {
  readonly id: number
  readonly start: number
  readonly end: number
}

interface Piece {
  readonly id: number
  readonly bytes: Uint8Array | undefined
}

/**
 * Packs a mail for a worker: its structure, and its bytes or a way to read them.
 *
 * File descriptors are not handed over although threads share them: one that is closed and opened
 * anew for another message would show a late worker the wrong mail.
 *
 * Gives   the packed mail and `release`, to be called once the worker is done with it.
 */
export async function packMail(
  mail: Mail,
): Promise<{ readonly packed: PackedMail; readonly release: () => void }> {
  const { envelope, root, damage, source } = mail
  const { size } = source
  if (size <= WHOLE_UP_TO) {
    const bytes = source.peek(0, size) ?? (await source.read(0, size))
    return { packed: { envelope, root, damage, size, bytes }, release: () => undefined }
  }
  const { port1, port2 } = new MessageChannel()
  port1.on('message', (wanted: Wanted) => void answer(source, port1, wanted))
  port1.unref()
  return {
    packed: { envelope, root, damage, size, bytes: port2 },
    release: () => port1.close(),
  }
}

/** The mail again, in the worker. */
export function unpackMail(packed: PackedMail): Mail {
  const { envelope, root, damage, size, bytes } = packed
  const source =
    bytes instanceof Uint8Array ? bufferSource(asBuffer(bytes)) : portSource(bytes, size)
  return createMail({ root, damage, size }, source, envelope)
}

async function answer(source: ByteSource, port: MessagePort, wanted: Wanted): Promise<void> {
  const { id, start, end } = wanted
  // A failed read is told by the absent bytes; the daemon's own reads of the source report it.
  const bytes = await source.read(start, end).catch(() => undefined)
  port.postMessage({ id, bytes } satisfies Piece)
}

function portSource(port: MessagePort, size: number): ByteSource {
  const waiting = new Map<number, (piece: Piece) => void>()
  let lastId = 0
  port.on('message', (piece: Piece) => {
    waiting.get(piece.id)?.(piece)
    waiting.delete(piece.id)
  })
  return Object.freeze({
    size,
    peek: () => undefined,
    async read(start: number, end: number): Promise<Buffer> {
      const id = ++lastId
      const { bytes } = await new Promise<Piece>(resolve => {
        waiting.set(id, resolve)
        port.postMessage({ id, start, end } satisfies Wanted)
      })
      if (bytes === undefined) throw new RangeError('the bytes of the message cannot be read')
      return asBuffer(bytes)
    },
  })
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
