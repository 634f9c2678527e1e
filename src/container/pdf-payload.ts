import { GatewayError } from '../errors.js'
import type { PdfFile } from './pdf-file.js'
import { decodeStream } from './pdf-filter.js'
import { passOver, scanObjects } from './pdf-scan.js'
import { isDictionary, nameOf, type PdfDictionary, type PdfValue } from './pdf-syntax.js'

/** Bytes of one embedded file. */
const FILE_LIMIT = 32 * 1024 * 1024

/** Embedded files that are looked at. */
const COUNT_LIMIT = 200

/** What a protected wrapper carries (ISO 32000-2, 7.6.7). */
export interface EncryptedPayload {
  /** Whose cipher it is, such as `MicrosoftIRMServices`. */
  readonly subtype: string
  readonly bytes: Buffer
  /** Whether the wrapper says more than that a reader for protected files is needed. */
  readonly hasText: boolean
}

/** Bytes of one page, and of all that are read of a wrapper. */
const PAGE_LIMIT = 1024 * 1024
const PAGES_LIMIT = 16 * 1024 * 1024

/** Streams of a wrapper: it has one page, a font, a picture. */
const STREAM_LIMIT = 100

/** Sentences of a wrapper tell how its payload is opened. */
const WRAPPER_SENTENCE =
  /protect|reader|viewer|download|microsoft|adobe|gesch\xfctzt|prot\xe9g|protett|https?:/i

/**
 * The encrypted payload that a file wraps: its catalogue names it among the associated files.
 *
 * Gives   undefined when it names none.
 * Throws  ERR_CONTAINER_MALFORMED when it names one that cannot be read.
 */
export async function encryptedPayload(file: PdfFile): Promise<EncryptedPayload | undefined> {
  const catalogue = await file.resolve(file.trailers[0]?.get('Root'))
  const associated = isDictionary(catalogue) ? await file.resolve(catalogue.get('AF')) : null
  if (!Array.isArray(associated)) return undefined
  for (const value of (associated as readonly PdfValue[]).slice(0, COUNT_LIMIT)) {
    const specification = await file.resolve(value)
    if (!isDictionary(specification)) continue
    if (nameOf(specification.get('AFRelationship')) !== 'EncryptedPayload') continue
    const about = await file.resolve(specification.get('EP'))
    const embedded = await file.resolve(specification.get('EF'))
    if (!isDictionary(about) || !isDictionary(embedded)) continue
    const stream = await file.stream(embedded.get('F') ?? embedded.get('UF'))
    if (stream === undefined) continue
    const bytes = await decodeStream(stream.dictionary, stream.raw, FILE_LIMIT, file.budget)
    const hasText = await saysMore(file, stream.raw)
    return { subtype: nameOf(about.get('Subtype')) ?? '', bytes, hasText }
  }
  return undefined
}

/** Whether the pages show another text than that of a wrapper, or other files lie beside the payload. */
async function saysMore(file: PdfFile, payload: Buffer): Promise<boolean> {
  let left = PAGES_LIMIT
  let streams = 0
  for await (const { value, streamAt } of scanObjects(file.bytes)) {
    if (streamAt === undefined || !isDictionary(value)) continue
    streams += 1
    if (streams > STREAM_LIMIT) return true
    const raw = await file.rawStream(value, streamAt)
    if (raw.equals(payload)) continue
    if (isEmbedded(value)) return true
    const page = await decodeStream(value, raw, PAGE_LIMIT, file.budget).catch(tooLong)
    if (page === TOO_LONG) return true
    left -= page?.length ?? 0
    if (left < 0) return true
    const sentences = shownText(page?.toString('latin1') ?? '').split(/[.!?\n]/)
    if (sentences.some(text => /\w{3}/.test(text) && !WRAPPER_SENTENCE.test(text))) return true
  }
  return false
}

const TOO_LONG = 'too long'

/** A picture cannot be decoded, and is passed over; a page that grows without end may say anything. */
function tooLong(thrown: unknown): typeof TOO_LONG | undefined {
  const isLimit = thrown instanceof GatewayError && thrown.code === 'ERR_CONTAINER_LIMIT'
  return isLimit ? TOO_LONG : passOver(thrown)
}

/** The strings of a page that its text operators show (ISO 32000-2, 9.4.3). */
function shownText(page: string): string {
  if (!/\bT[jJ]\b/.test(page)) return ''
  const strings = page.match(/\((?:[^()\\]|\\[^])*\)/g) ?? []
  return strings.map(string => string.slice(1, -1)).join('')
}

/** PDF files that are embedded in a readable one; what cannot be read is left out. */
export async function* embeddedPdfs(file: PdfFile): AsyncGenerator<Buffer, void, void> {
  if (!file.bytes.includes('EmbeddedFile')) return
  let left = COUNT_LIMIT
  for await (const { value, streamAt } of scanObjects(file.bytes)) {
    if (streamAt === undefined || !isDictionary(value) || !isEmbedded(value)) continue
    left -= 1
    if (left < 0) return
    const raw = await file.rawStream(value, streamAt)
    const bytes = await decodeStream(value, raw, FILE_LIMIT, file.budget).catch(passOver)
    if (bytes?.subarray(0, 1024).includes('%PDF-') === true) yield bytes
  }
}

function isEmbedded(dictionary: PdfDictionary): boolean {
  return nameOf(dictionary.get('Type')) === 'EmbeddedFile'
}
