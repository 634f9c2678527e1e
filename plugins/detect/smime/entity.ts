import { ByteReader, createTransferDecoder, judgeCms, type Judgement } from 'postseal/plugin'

/** Signed or compressed messages inside each other that are followed. */
const DEPTH_LIMIT = 5

const HEADER_LIMIT = 64 * 1024

/** First byte of a CMS message that stands there without a MIME header. */
const SEQUENCE = 0x30

/**
 * Judges what a signature or a compression wraps: a MIME entity that is a single CMS message
 * itself is followed (triple wrapping, RFC 2634), anything else is readable.
 */
export async function judgeEntity(content: AsyncIterable<Buffer>): Promise<Judgement> {
  return judgeLayer(content, 1)
}

async function judgeLayer(content: AsyncIterable<Buffer>, depth: number): Promise<Judgement> {
  if (depth > DEPTH_LIMIT) return { verdict: 'unknown', why: 'wrapped too often' }
  const { encoding, body } = await openEntity(content)
  if (encoding === undefined) return { verdict: 'not-encrypted', why: 'the content is readable' }
  const judgement = await judgeCms(decode(body, encoding), inner => judgeLayer(inner, depth + 1))
  return judgement ?? { verdict: 'not-encrypted', why: 'the content is readable' }
}

interface Entity {
  /** Transfer encoding of the body; undefined when it cannot be a single CMS message. */
  readonly encoding: string | undefined
  readonly body: AsyncIterable<Buffer>
}

async function openEntity(content: AsyncIterable<Buffer>): Promise<Entity> {
  const reader = new ByteReader(content)
  const start = await reader.upTo(1)
  if (start[0] === SEQUENCE) return { encoding: 'binary', body: prepend(start, reader.stream()) }
  const header = await readHeader(reader, start)
  if (header === undefined || /^content-type\s*:\s*multipart\//im.test(header))
    return { encoding: undefined, body: reader.stream() }
  const claimed = /^content-transfer-encoding\s*:\s*"?([a-z0-9-]+)/im.exec(header)?.[1]
  return { encoding: claimed?.toLowerCase() ?? '7bit', body: reader.stream() }
}

/** Header block up to its empty line; undefined when there is none within the limit. */
async function readHeader(reader: ByteReader, start: Buffer): Promise<string | undefined> {
  const bytes: number[] = [...start]
  while (bytes.length < HEADER_LIMIT && !(await reader.atEnd())) {
    bytes.push(await reader.byte())
    const [a, b, c] = bytes.slice(-3)
    if (c === LF && (b === LF || (b === CR && a === LF)))
      return Buffer.from(bytes).toString('latin1')
  }
  return undefined
}

const CR = 0x0d
const LF = 0x0a

async function* decode(
  body: AsyncIterable<Buffer>,
  encoding: string,
): AsyncGenerator<Buffer, void, void> {
  const decoder = createTransferDecoder(encoding)
  for await (const chunk of body) yield decoder.write(chunk)
  yield decoder.end()
}

async function* prepend(
  first: Buffer,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, void> {
  yield first
  yield* rest
}
