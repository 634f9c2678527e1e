/** Answers of TLS servers, byte by byte. */
export const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])
export const u24 = (value: number): Buffer =>
  Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff])

export function vector(size: number, content: Buffer): Buffer {
  const head = Buffer.alloc(size)
  head.writeUIntBE(content.length, 0, size)
  return Buffer.concat([head, content])
}

/** Content in records of at most so many bytes. */
export function record(type: number, content: Buffer, most = 16_384): Buffer {
  const records: Buffer[] = []
  for (let at = 0; at < content.length; at += most)
    records.push(Buffer.from([type, 3, 3]), vector(2, content.subarray(at, at + most)))
  return Buffer.concat(records)
}

const message = (type: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([type]), vector(3, body)])

function serverHello(suite: number, extensions: Buffer, random = Buffer.alloc(32, 9)): Buffer {
  const front = Buffer.concat([u16(0x0303), random, vector(1, Buffer.alloc(0))])
  const choice = Buffer.concat([u16(suite), Buffer.from([0])])
  return message(2, Buffer.concat([front, choice, vector(2, extensions)]))
}

const RENEGOTIATION = Buffer.from('ff01000100', 'hex')

const CHAIN = message(
  11,
  vector(
    3,
    Buffer.concat([vector(3, Buffer.from('first certificate')), vector(3, Buffer.from('second'))]),
  ),
)
const DONE = message(14, Buffer.alloc(0))

/** ECDHE-RSA-AES128-GCM-SHA256 over secp256r1, signed by rsa_pss_rsae_sha256. */
export function ecdheReply(most?: number): Buffer {
  const point = Buffer.concat([Buffer.from([3]), u16(23), vector(1, Buffer.alloc(65, 4))])
  const signed = Buffer.concat([u16(0x0804), vector(2, Buffer.alloc(64, 5))])
  const exchange = message(12, Buffer.concat([point, signed]))
  const hello = serverHello(0xc02f, RENEGOTIATION)
  if (most !== undefined) return record(22, Buffer.concat([hello, CHAIN, exchange, DONE]), most)
  return Buffer.concat([hello, CHAIN, exchange, DONE].map(one => record(22, one)))
}

/** DHE-RSA-AES128-GCM-SHA256 over a prime of so many bits. */
export function dheReply(bits: number): Buffer {
  const prime = Buffer.alloc(Math.ceil(bits / 8), 0xff)
  prime[0] = 0xff >> ((8 - (bits % 8)) % 8)
  const parts = [prime, Buffer.from([2]), prime].map(part => vector(2, part))
  const signed = Buffer.concat([u16(0x0401), vector(2, Buffer.alloc(64, 5))])
  const exchange = message(12, Buffer.concat([...parts, signed]))
  const hello = serverHello(0x009e, RENEGOTIATION)
  return record(22, Buffer.concat([hello, CHAIN, exchange, DONE]))
}

/** HelloRetryRequest for a group. */
export function retryReply(group: number): Buffer {
  const random = Buffer.from(
    'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c',
    'hex',
  )
  const extension = (id: number, content: Buffer): Buffer =>
    Buffer.concat([u16(id), vector(2, content)])
  const extensions = Buffer.concat([extension(43, u16(0x0304)), extension(51, u16(group))])
  return record(22, serverHello(0x1301, extensions, random))
}
