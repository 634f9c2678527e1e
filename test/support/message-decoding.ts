import type { TransferDecoder } from '../../src/message/transfer-decoder.js'

/** What a decoder makes of latin1 text that comes in chunks of `size` bytes, as latin1. */
export function decodeAll(
  decoder: TransferDecoder,
  input: string,
  size = Number.MAX_SAFE_INTEGER,
): { readonly text: string; readonly isDamaged: boolean } {
  const bytes = Buffer.from(input, 'latin1')
  const out: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) {
    out.push(Buffer.from(decoder.write(bytes.subarray(at, at + size))))
  }
  out.push(decoder.end())
  return { text: Buffer.concat(out).toString('latin1'), isDamaged: decoder.isDamaged }
}
