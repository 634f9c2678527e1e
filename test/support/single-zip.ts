import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipChanges {
  readonly method?: number
  readonly flags?: number
  readonly count?: number
  readonly size?: number
  readonly crc?: number
  readonly localFlags?: number
}

/** A ZIP archive of one file with a name of one byte; what its headers say can be changed. */
export function singleZip(content: Buffer, changes: ZipChanges = {}): Buffer {
  const { method = 8, flags = 0, count = 1, size = content.length } = changes
  const { crc = crc32(content), localFlags = flags } = changes
  const data = method === 8 ? deflateRawSync(content) : content
  const local = Buffer.alloc(31)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(localFlags, 6)
  local.writeUInt16LE(1, 26)
  const entry = Buffer.alloc(47)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(flags, 8)
  entry.writeUInt16LE(method, 10)
  entry.writeUInt32LE(crc, 16)
  entry.writeUInt32LE(data.length, 20)
  entry.writeUInt32LE(size, 24)
  entry.writeUInt16LE(1, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(local.length + data.length, 16)
  return Buffer.concat([local, data, entry, end])
}
