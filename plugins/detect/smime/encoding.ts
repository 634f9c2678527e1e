import { createTransferDecoder } from 'postseal/plugin'

/** How a CMS message is written down: as it is, between PEM lines, or as bare base64. */
export type Encoding = 'binary' | 'pem' | 'base64'

const LABEL = '(?:PKCS7|CMS|PKCS #7 SIGNED DATA)'
const PEM_BEGIN = new RegExp(`^\\s*-----BEGIN ${LABEL}-----[ \\t]*\\r?\\n`)
const PEM_END = new RegExp(`^-----END ${LABEL}-----$`)

/** First byte of a SEQUENCE, and the same byte as base64 of a long one. */
const SEQUENCE = 0x30
const BASE64_SEQUENCE = /^\s*MI[A-Za-z0-9+/]{6}/

/** Starts the END line. */
const HYPHENS = '-----'

/** Bytes behind the base64 that are looked at: an END line is shorter. */
const TAIL_BYTES = 256

/**
 * What the first bytes of a part may be. Bare base64 counts only in a part that claims to be
 * S/MIME: a mail program that forgot its transfer encoding.
 */
export function encodingOf(head: Buffer, isClaimed: boolean): Encoding | undefined {
  if (head[0] === SEQUENCE) return 'binary'
  const text = head.toString('latin1')
  if (PEM_BEGIN.test(text)) return 'pem'
  return isClaimed && BASE64_SEQUENCE.test(text) ? 'base64' : undefined
}

/** Takes the encoding off one part. */
export interface CmsReader {
  /** The bytes of the CMS message itself, chunk by chunk. */
  bytes(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void>
  /** True once something stood there that is not of the encoding: text beside or between it. */
  readonly hasOther: boolean
}

export function createCmsReader(encoding: Encoding): CmsReader {
  let hasOther = false
  async function* bytes(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    if (encoding === 'binary') {
      yield* chunks
      return
    }
    const decoder = createTransferDecoder('base64')
    const text = encoding === 'pem' ? pemBody(chunks, () => (hasOther = true)) : chunks
    for await (const piece of text) {
      const decoded = decoder.write(piece)
      hasOther ||= decoder.isDamaged
      if (decoded.length > 0) yield decoded
    }
    const rest = decoder.end()
    hasOther ||= decoder.isDamaged
    yield rest
  }
  return {
    bytes,
    get hasOther() {
      return hasOther
    },
  }
}

/** What stands between the BEGIN and the END line; `onOther` is told of what stands behind. */
async function* pemBody(
  chunks: AsyncIterable<Buffer>,
  onOther: () => void,
): AsyncGenerator<Buffer, void, void> {
  let place: 'begin' | 'body' | 'tail' = 'begin'
  let held = Buffer.alloc(0)
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk])
    if (place === 'begin') {
      const lineEnd = held.indexOf('\n', held.indexOf(HYPHENS))
      if (lineEnd < 0) continue
      held = held.subarray(lineEnd + 1)
      place = 'body'
    }
    if (place === 'body') {
      const end = held.indexOf(HYPHENS)
      // The hyphens may be cut by the end of the chunk.
      const sure = end >= 0 ? end : Math.max(0, held.length - HYPHENS.length)
      yield held.subarray(0, sure)
      held = held.subarray(sure)
      if (end >= 0) place = 'tail'
    }
    if (place === 'tail') held = held.subarray(0, TAIL_BYTES)
  }
  if (place !== 'tail') yield held
  else if (held.length === TAIL_BYTES || !PEM_END.test(held.toString('latin1').trim())) onOther()
}
