import { base64Decoder } from './base64.js'
import { quotedPrintableDecoder } from './quoted-printable.js'
import { uudecoder } from './uuencode.js'

/** Takes a transfer encoding off, chunk by chunk, in bounded memory. Never throws. */
export interface TransferDecoder {
  /** What can be read after this chunk; it may lie in `memory`, if there is room. */
  write(chunk: Buffer, memory?: Buffer): Buffer
  /** The rest. */
  end(): Buffer
  /** True once something did not follow the encoding. */
  readonly isDamaged: boolean
  /** A decoder that goes on from here by itself. */
  fork(): TransferDecoder
}

/** What a transfer encoding means to us. */
export type EncodingKind = 'identity' | 'base64' | 'quoted-printable' | 'uuencode' | 'unknown'

const KINDS: ReadonlyMap<string, EncodingKind> = new Map([
  ['7bit', 'identity'],
  ['8bit', 'identity'],
  ['binary', 'identity'],
  ['base64', 'base64'],
  ['quoted-printable', 'quoted-printable'],
  ['uuencode', 'uuencode'],
  ['x-uuencode', 'uuencode'],
  ['x-uue', 'uuencode'],
  ['uue', 'uuencode'],
])

/** Kind of a lower-case Content-Transfer-Encoding value. */
export function encodingKind(encoding: string): EncodingKind {
  return KINDS.get(encoding) ?? 'unknown'
}

/** A decoder for a Content-Transfer-Encoding; an unknown one is read as it stands. */
export function createTransferDecoder(encoding: string): TransferDecoder {
  const kind = encodingKind(encoding)
  switch (kind) {
    case 'base64':
      return base64Decoder()
    case 'quoted-printable':
      return quotedPrintableDecoder()
    case 'uuencode':
      return uudecoder()
    case 'identity':
    case 'unknown':
      return IDENTITY
    default: {
      const impossible: never = kind
      return impossible
    }
  }
}

const NOTHING = Buffer.alloc(0)
const IDENTITY: TransferDecoder = Object.freeze({
  write: (chunk: Buffer) => chunk,
  end: () => NOTHING,
  isDamaged: false,
  fork: () => IDENTITY,
})
