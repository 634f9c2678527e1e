import {
  Extractor,
  memoryGate,
  type Extract,
  type ExtractLimits,
  type Extraction,
  type Mail,
  type Part,
} from 'postseal/plugin'
import type { Attachment } from './find-attachments.js'

/** Something that was found in a part. */
export interface PartExtract {
  readonly part: Part
  readonly extract: Extract
}

export interface ReaderOptions {
  readonly threads: number
  /** Memory of each thread. */
  readonly memoryBytes: number
  readonly maxFileBytes: number
}

/** Bytes of files that are held at once while they wait for a thread or are read. */
const HELD_BYTES = 64 * 1024 * 1024

/** Opens the attachments of one message after the other, in threads that may be ended. */
export class AttachmentReader {
  readonly #extractor: Extractor
  readonly #limits: ExtractLimits
  readonly #maxFileBytes: number
  readonly #gate = memoryGate(HELD_BYTES)

  constructor(limits: ExtractLimits, { maxFileBytes, ...threads }: ReaderOptions) {
    this.#limits = limits
    this.#extractor = new Extractor(threads)
    this.#maxFileBytes = maxFileBytes
  }

  /** In the order of the parts. Time and text are those of the message, all its parts together. */
  async *read(
    mail: Mail,
    attachments: readonly Attachment[],
    signal: AbortSignal,
  ): AsyncGenerator<PartExtract, void, void> {
    let timeLeft = this.#limits.maxTimeMs
    let textLeft = this.#limits.maxTextChars
    for (const { part, format } of attachments) {
      const limits = { ...this.#limits, maxTimeMs: timeLeft, maxTextChars: textLeft }
      const { found, tookMs } = await this.#open(mail, part, format, limits, signal)
      timeLeft = Math.max(0, Math.floor(timeLeft - tookMs))
      for (const extract of found) {
        if (extract.kind === 'text') textLeft -= extract.text.length
        yield { part, extract }
      }
    }
  }

  async close(): Promise<void> {
    await this.#extractor.close()
  }

  async #open(
    mail: Mail,
    part: Part,
    format: Attachment['format'],
    limits: ExtractLimits,
    signal: AbortSignal,
  ): Promise<Extraction> {
    // A film is not decoded to learn that it is one.
    if (format === 'picture') return unread('picture', 'a picture, a sound or a film')
    if (limits.maxTimeMs <= 0) return unread('limit', 'it takes too long')
    if (limits.maxTextChars <= 0) return unread('limit', 'the message has too much text')
    // What is encoded is never longer when it is decoded, but for uuencode, which the count below ends.
    const most = Math.min(part.body.end - part.body.start, this.#maxFileBytes)
    return this.#gate(most, async () => {
      const bytes = await this.#bytesOf(mail, part)
      if (bytes === undefined) return unread('limit', 'the file is too large')
      return this.#extractor.extract(bytes, limits, signal)
    })
  }

  async #bytesOf(mail: Mail, part: Part): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const pieces: Buffer[] = []
    let size = 0
    for await (const piece of mail.decoded(part)) {
      if ((size += piece.length) > this.#maxFileBytes) return undefined
      pieces.push(piece)
    }
    const bytes = new Uint8Array(size)
    let at = 0
    for (const piece of pieces) {
      bytes.set(piece, at)
      at += piece.length
    }
    return bytes
  }
}

function unread(reason: 'picture' | 'limit', why: string): Extraction {
  return { found: [{ kind: 'unreadable', trail: [], reason, why }], tookMs: 0 }
}
