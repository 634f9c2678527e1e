import { deflateSync } from 'node:zlib'

/** A message.rpmsg of these bytes. */
export function rpmsg(content: Buffer): Buffer {
  const blocks: Buffer[] = [Buffer.from('76e80460c411e386', 'hex')]
  for (let at = 0; at < content.length; at += 4096)
    blocks.push(rpmsgBlock(content.subarray(at, at + 4096)))
  return Buffer.concat(blocks)
}

/** One block of it; what its header says can be replaced. */
export function rpmsgBlock(content: Buffer, { mark = 0xfa0, size = content.length } = {}): Buffer {
  const packed = deflateSync(content)
  const head = Buffer.alloc(12)
  head.writeUInt32LE(mark, 0)
  head.writeUInt32LE(size, 4)
  head.writeUInt32LE(packed.length, 8)
  return Buffer.concat([head, packed])
}

/** A file under generic protection. */
export function pfile(licence: Buffer, payload: Buffer, offset = 296 + licence.length): Buffer {
  const header = Buffer.alloc(296)
  header.write('.pfile', 0, 'latin1')
  header.writeUInt32LE(offset, 292)
  return Buffer.concat([header, licence, payload])
}

export const LICENCE = Buffer.from(`<XrML version="1.2">${' '.repeat(400)}</XrML>`, 'utf16le')
