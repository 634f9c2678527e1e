/** A stream of `bytes` in chunks of `size`. */
export async function* chunksOf(
  bytes: Buffer,
  size = 64 * 1024,
): AsyncGenerator<Buffer, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Bytes that no text has, the same at every call. */
export function noise(size: number): Buffer {
  return Buffer.from(
    Array.from({ length: size }, (_, index) => (index * 167 + 129 + (index >> 3)) & 0xff),
  )
}

/** A DER value. Tags: 2 INTEGER, 4 OCTET STRING, 6 OID, 0x30 SEQUENCE, 0x31 SET, 0xa0 [0]. */
export function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag]), derLength(body.length), body])
}

/** A constructed BER value of indefinite length. */
export function indefinite(tag: number, ...content: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([tag, 0x80]), ...content, Buffer.from([0, 0])])
}

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const DATA_TYPE = der(6, hex('2a864886f70d010701'))
const INTEGER = der(2, hex('02'))

export interface EnvelopedParts {
  readonly type?: string
  readonly cipher?: string
  readonly parameter?: Buffer
  readonly recipients?: readonly Buffer[]
  readonly content?: Buffer | undefined
  readonly after?: readonly Buffer[]
}

/** EnvelopedData in a ContentInfo; every part of it can be replaced. */
export function enveloped(parts: EnvelopedParts = {}): Buffer {
  const {
    type = '2a864886f70d010703',
    cipher = '60864801650304012a',
    parameter = der(4, noise(16)),
    recipients = [der(0x30, INTEGER, der(4, noise(32)))],
    after = [],
  } = parts
  const content = 'content' in parts ? parts.content : der(0x80, noise(64))
  const info = der(
    0x30,
    DATA_TYPE,
    der(0x30, der(6, hex(cipher)), parameter),
    ...(content ? [content] : []),
  )
  return contentInfo(type, der(0x30, INTEGER, der(0x31, ...recipients), info, ...after))
}

/** `SignedData` around `content`; a detached one without. */
export function signed(content?: Buffer): Buffer {
  const wrapped = content === undefined ? [] : [der(0xa0, content)]
  const encapsulated = der(0x30, DATA_TYPE, ...wrapped)
  const body = der(0x30, INTEGER, der(0x31), encapsulated, der(0x31))
  return contentInfo('2a864886f70d010702', body)
}

/** `CompressedData` around zlib-compressed bytes. */
export function compressed(content: Buffer): Buffer {
  const algorithm = der(0x30, der(6, hex('2a864886f70d0109100308')))
  const encapsulated = der(0x30, DATA_TYPE, der(0xa0, der(4, content)))
  return contentInfo('2a864886f70d0109100109', der(0x30, INTEGER, algorithm, encapsulated))
}

export function contentInfo(type: string, content: Buffer): Buffer {
  return der(0x30, der(6, hex(type)), der(0xa0, content))
}

/** A new-format OpenPGP packet. */
export function packet(tag: number, body: Buffer): Buffer {
  const length = Buffer.alloc(5)
  length[0] = 0xff
  length.writeUInt32BE(body.length, 1)
  return Buffer.concat([Buffer.from([0xc0 | tag]), length, body])
}

/** An old-format OpenPGP packet; without a length it runs to the end. */
export function oldPacket(tag: number, body: Buffer, lengthType: 0 | 1 | 2 | 3): Buffer {
  const length = Buffer.alloc(lengthType === 3 ? 0 : 2 ** lengthType)
  if (length.length > 0) length.writeUIntBE(body.length, 0, length.length)
  return Buffer.concat([Buffer.from([0x80 | (tag << 2) | lengthType]), length, body])
}

/** Public-key and passphrase session keys, and encrypted data, version 1. */
export const PKESK = packet(1, Buffer.concat([hex('03 0102030405060708 01'), noise(64)]))
export const SKESK = packet(3, hex('04 09 03 08 0102030405060708 60'))
export const SEIPD = packet(18, Buffer.concat([hex('01'), noise(96)]))

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes = hex(
    length
      .toString(16)
      .padStart(length > 0xff ? 4 : 2, '0')
      .padStart(length > 0xffff ? 8 : 2, '0'),
  )
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes])
}
