import { GatewayError } from '../errors.js'
import { readMapiProperties, type MapiProperty } from './tnef-properties.js'

/** First bytes of a TNEF stream. */
export const TNEF_MAGIC = Buffer.from([0x78, 0x9f, 0x3e, 0x22])

/** A file, or a message in TNEF form, that a stream holds. */
export interface TnefAttachment {
  readonly name: string | undefined
  readonly bytes: Buffer
}

/** What a TNEF stream holds for its reader. */
export interface TnefContent {
  /** The text of the message in each form that it comes in. */
  readonly texts: readonly { readonly kind: 'plain' | 'html' | 'rtf'; readonly bytes: Buffer }[]
  readonly attachments: readonly TnefAttachment[]
}

/** Attributes of one stream. */
const ATTRIBUTE_LIMIT = 20_000

/** Attributes ([MS-OXTNEF] 2.1.3.2), with their types. */
const ATTRIBUTE = {
  body: 0x0002800c,
  messageProperties: 0x00069003,
  attachmentStart: 0x00069002,
  attachmentTitle: 0x00018010,
  attachmentData: 0x0006800f,
  attachmentProperties: 0x00069005,
} as const

/** Properties ([MS-OXPROPS]). */
const PROPERTY = {
  body: 0x1000,
  rtf: 0x1009,
  html: 0x1013,
  data: 0x3701,
  fileName: 0x3704,
  longFileName: 0x3707,
} as const

/**
 * Reads a TNEF stream (winmail.dat), which Outlook and Exchange put around a message.
 *
 * Throws  ERR_CONTAINER_TRUNCATED, ERR_CONTAINER_MALFORMED: a wrong checksum included, as nothing
 *         that is left out may hide content.
 * Source  [MS-OXTNEF] 2.1.3
 */
export function readTnef(stream: Buffer): TnefContent {
  if (!stream.subarray(0, TNEF_MAGIC.length).equals(TNEF_MAGIC)) throw malformed('no TNEF stream')
  const texts: { kind: 'plain' | 'html' | 'rtf'; bytes: Buffer }[] = []
  const attachments: { name: string | undefined; pieces: Buffer[] }[] = []
  const current = (): { name: string | undefined; pieces: Buffer[] } => {
    const last = attachments.at(-1)
    if (last === undefined) throw malformed('an attachment has no start')
    return last
  }
  for (const { id, data } of attributesOf(stream)) {
    if (id === ATTRIBUTE.body) texts.push({ kind: 'plain', bytes: withoutZeros(data) })
    else if (id === ATTRIBUTE.messageProperties) texts.push(...textsIn(readMapiProperties(data)))
    else if (id === ATTRIBUTE.attachmentStart) attachments.push({ name: undefined, pieces: [] })
    else if (id === ATTRIBUTE.attachmentTitle)
      current().name ??= withoutZeros(data).toString('latin1')
    else if (id === ATTRIBUTE.attachmentData) current().pieces.push(data)
    else if (id === ATTRIBUTE.attachmentProperties) {
      const properties = readMapiProperties(data)
      const { pieces } = current()
      const name = nameIn(properties)
      if (name !== undefined) current().name = name
      for (const property of properties)
        if (property.id === PROPERTY.data && property.bytes.length > 0) pieces.push(property.bytes)
    }
  }
  return {
    texts: texts.filter(({ bytes }) => bytes.length > 0),
    attachments: attachments.flatMap(({ name, pieces }) =>
      pieces.map(bytes => ({ name, bytes: bytes.subarray(objectStart(bytes)) })),
    ),
  }
}

interface Attribute {
  readonly id: number
  readonly data: Buffer
}

/** Level, id, length, data, checksum, one after the other; zeros may follow the last. */
function* attributesOf(stream: Buffer): Generator<Attribute, void, void> {
  let at = TNEF_MAGIC.length + 2
  for (let count = 0; at < stream.length; count += 1) {
    if (stream.subarray(at, at + 64).every(byte => byte === 0)) return
    if (count >= ATTRIBUTE_LIMIT) throw malformed('it has too many attributes')
    if (at + 9 > stream.length) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    const level = stream[at]
    if (level !== 1 && level !== 2) throw malformed('an attribute has no level')
    const id = stream.readUInt32LE(at + 1)
    const length = stream.readUInt32LE(at + 5)
    const end = at + 9 + length
    if (end + 2 > stream.length) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    const data = stream.subarray(at + 9, end)
    if (checksum(data) !== stream.readUInt16LE(end)) throw malformed('a checksum is wrong')
    yield { id, data }
    at = end + 2
  }
}

function checksum(data: Buffer): number {
  let sum = 0
  for (const byte of data) sum = (sum + byte) & 0xffff
  return sum
}

function textsIn(properties: readonly MapiProperty[]): TnefContent['texts'] {
  return properties.flatMap(({ id, type, bytes }): TnefContent['texts'] => {
    const text = type === 0x1f ? Buffer.from(bytes.toString('utf16le'), 'utf8') : bytes
    if (id === PROPERTY.body) return [{ kind: 'plain', bytes: withoutZeros(text) }]
    if (id === PROPERTY.html) return [{ kind: 'html', bytes: withoutZeros(text) }]
    return id === PROPERTY.rtf ? [{ kind: 'rtf', bytes }] : []
  })
}

function nameIn(properties: readonly MapiProperty[]): string | undefined {
  const found =
    properties.find(({ id }) => id === PROPERTY.longFileName) ??
    properties.find(({ id }) => id === PROPERTY.fileName)
  if (found === undefined) return undefined
  const text = found.bytes.toString(found.type === 0x1f ? 'utf16le' : 'latin1')
  return text.replace(/\0+$/, '')
}

/** An embedded message is an object: its kind in 16 bytes, then the TNEF stream of the message. */
function objectStart(bytes: Buffer): number {
  return bytes.subarray(16, 16 + TNEF_MAGIC.length).equals(TNEF_MAGIC) ? 16 : 0
}

function withoutZeros(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return bytes.subarray(0, end)
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
