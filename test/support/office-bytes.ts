import { createCipheriv, hash } from 'node:crypto'
import { rc4 } from '../../src/container/office-password.js'
import { noise } from './container-bytes.js'
import { SECRET, u16, u32 } from './zip-bytes.js'

const SALT = noise(16)
const VERIFIER = noise(16).reverse()

const digest = (name: string, ...parts: readonly Buffer[]): Buffer =>
  hash(name, Buffer.concat(parts), 'buffer')

const wide = (text: string): Buffer => Buffer.from(text, 'utf16le')

function aes(mode: string, key: Buffer, iv: Buffer | null, bytes: Buffer): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-${mode}`, key, iv).setAutoPadding(false)
  return Buffer.concat([cipher.update(bytes), cipher.final()])
}

function spun(name: string, password: string, rounds: number): Buffer {
  let value = digest(name, SALT, wide(password))
  for (let round = 0; round < rounds; round += 1) value = digest(name, u32(round), value)
  return value
}

export interface AgileShape {
  readonly rounds?: number
  readonly hash?: 'SHA1' | 'SHA256' | 'SHA384' | 'SHA512'
  readonly bits?: 128 | 192 | 256
  readonly cipher?: string
  readonly said?: Readonly<Record<string, string>>
}

/** The stream EncryptionInfo of agile encryption. */
export function agileInfo(password: string, shape: AgileShape = {}): Buffer {
  const { rounds = 100, hash: name = 'SHA512', bits = 256, cipher = 'AES' } = shape
  const algorithm = name.toLowerCase()
  const final = spun(algorithm, password, rounds)
  const keyOf = (block: string): Buffer =>
    Buffer.concat([
      digest(algorithm, final, Buffer.from(block, 'hex')),
      Buffer.alloc(32, 0x36),
    ]).subarray(0, bits / 8)
  const expected = digest(algorithm, VERIFIER)
  const filled = Buffer.concat([expected, Buffer.alloc((16 - (expected.length % 16)) % 16)])
  const attributes = {
    spinCount: String(rounds),
    saltSize: '16',
    blockSize: '16',
    keyBits: String(bits),
    hashSize: String(expected.length),
    cipherAlgorithm: 'AES',
    cipherChaining: 'ChainingModeCBC',
    hashAlgorithm: name,
    saltValue: SALT.toString('base64'),
    encryptedVerifierHashInput: aes('cbc', keyOf('fea7d2763b4b9e79'), SALT, VERIFIER).toString(
      'base64',
    ),
    encryptedVerifierHashValue: aes('cbc', keyOf('d7aa0f6d3061344e'), SALT, filled).toString(
      'base64',
    ),
    ...shape.said,
  }
  const listed = Object.entries(attributes).map(([key, value]) => `${key}="${value}"`)
  const xml =
    `<?xml version="1.0"?><encryption xmlns:p="urn:p"><keyData keyBits="${bits}" cipherAlgorithm="${cipher}"/>` +
    `<keyEncryptors><keyEncryptor><p:encryptedKey ${listed.join(' ')}/></keyEncryptor></keyEncryptors></encryption>`
  return Buffer.concat([u32(0x00040004, 0x40), Buffer.from(xml)])
}

/** EncryptionHeader and EncryptionVerifier. */
function binaryInfo(
  version: number,
  algorithm: number,
  keyBits: number,
  verifier: Buffer,
  hashed: Buffer,
): Buffer {
  const header = Buffer.concat([u32(0x24, 0, algorithm, 0x8004, keyBits, 24, 0, 0), wide('AES\0')])
  return Buffer.concat([
    u32(version, 0x24, header.length),
    header,
    u32(16),
    SALT,
    verifier,
    u32(20),
    hashed,
  ])
}

/** The stream EncryptionInfo of standard encryption. */
export function standardInfo(password: string, keyBits: 128 | 256 = 128): Buffer {
  const final = digest('sha1', spun('sha1', password, 50_000), u32(0))
  const key = Buffer.concat(
    [0x36, 0x5c].map(filler => {
      const block = Buffer.alloc(64, filler)
      for (const [index, byte] of final.entries()) block[index] = byte ^ filler
      return digest('sha1', block)
    }),
  ).subarray(0, keyBits / 8)
  const hashed = Buffer.concat([digest('sha1', VERIFIER), Buffer.alloc(12)])
  const algorithm = keyBits === 128 ? 0x660e : 0x6610
  return binaryInfo(
    0x00020003,
    algorithm,
    keyBits,
    aes('ecb', key, null, VERIFIER),
    aes('ecb', key, null, hashed),
  )
}

/** The header of RC4 by the CryptoAPI. */
export function cryptoApiInfo(password: string, keyBits: 40 | 128 = 128): Buffer {
  const final = digest('sha1', digest('sha1', SALT, wide(password)), u32(0)).subarray(
    0,
    keyBits / 8,
  )
  const key = keyBits === 40 ? Buffer.concat([final, Buffer.alloc(11)]) : final
  const both = rc4(key, Buffer.concat([VERIFIER, digest('sha1', VERIFIER)]))
  return binaryInfo(0x00020002, 0x6801, keyBits, both.subarray(0, 16), both.subarray(16))
}

/** The header of RC4 with a key of 40 bits. */
export function rc4Info(password: string): Buffer {
  const start = digest('md5', wide(password)).subarray(0, 5)
  const repeated = Buffer.concat(Array.from({ length: 16 }, () => Buffer.concat([start, SALT])))
  const key = digest('md5', digest('md5', repeated).subarray(0, 5), u32(0))
  const both = rc4(key, Buffer.concat([VERIFIER, digest('md5', VERIFIER)]))
  return Buffer.concat([u16(1, 1), SALT, both])
}

/** The streams of a package that a password protects. */
export function packageStreams(info: Buffer, content = noise(4800)): Record<string, Buffer> {
  return {
    EncryptionInfo: info,
    EncryptedPackage: Buffer.concat([u32(content.length - 7, 0), content]),
  }
}

const record = (id: number, body: Buffer): Buffer => Buffer.concat([u16(id, body.length), body])

/** A workbook; `pass` is the body of its record FILEPASS. */
export function workbook(pass?: Buffer, writer = noise(112)): Buffer {
  return Buffer.concat([
    record(0x0809, noise(16)),
    ...(pass === undefined ? [] : [record(0x002f, pass)]),
    record(0x005c, writer),
    record(0x000a, Buffer.alloc(0)),
    noise(5000),
  ])
}

/** The streams of a Word document; `flags` stand at byte 10. */
export function wordStreams(
  flags: number,
  table: Buffer,
  text = noise(1000),
): Record<string, Buffer> {
  const document = Buffer.alloc(0x200)
  document.writeUInt16LE(0xa5ec)
  document.writeUInt16LE(flags, 10)
  document.writeUInt32LE(0x200, 24)
  return { WordDocument: Buffer.concat([document, text, noise(4000)]), '1Table': table }
}

/** The streams of a presentation. */
export function presentationStreams(isEncrypted: boolean, session: Buffer): Record<string, Buffer> {
  const head = isEncrypted ? noise(4) : Buffer.from([0x0f, 0, 0xe8, 3])
  const container = Buffer.concat([u16(0x0f, 0x2f14), u32(session.length), session])
  const token = isEncrypted ? 0xf3d1c4df : 0xe391c05f
  return {
    'PowerPoint Document': Buffer.concat([head, noise(5000), SECRET, container]),
    'Current User': Buffer.concat([u16(0, 0x0ff6), u32(24, 20, token, 0)]),
  }
}
