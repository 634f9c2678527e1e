import type { DamageId } from './damage.js'
import { MAX_BOUNDARY } from './delimiter.js'
import { fieldsNamed, unfold } from './header-fields.js'
import { parseHeaderParams, type ParameterisedValue } from './header-params.js'
import type { HeaderField, Part } from './mail.js'
import { encodingKind } from './transfer-decoder.js'

/** What the header of a part says about its content. */
export type PartHeader = Pick<
  Part,
  'type' | 'params' | 'disposition' | 'fileName' | 'encoding' | 'charset'
> & {
  /** What separates the children; undefined when the part has none or they cannot be told apart. */
  readonly boundary: Buffer | undefined
  /** The body is a message of its own, to be entered. */
  readonly isMessage: boolean
}

type Note = (id: DamageId, at: number) => void

/**
 * Reads the MIME fields of a part. Of several, the first counts; that others differ is damage.
 *
 * Shape   `defaultType` the type of a part that claims none (RFC 2045, 5.2; RFC 2046, 5.1.5).
 */
export function readPartHeader(
  fields: readonly HeaderField[],
  defaultType: string,
  note: Note,
): PartHeader {
  const content = readContentType(fields, defaultType, note)
  const encoding = readEncoding(fields, note)
  const shown = onlyField(fields, 'content-disposition', note)
  const disposition = shown === undefined ? undefined : parseHeaderParams(shown.raw)
  noteParams(disposition, shown, note)
  const { type, params } = content
  const at = content.at
  const isMultipart = type.startsWith('multipart/')
  const isPlain = ['identity', 'unknown'].includes(encodingKind(encoding))
  if (isMultipart && !isPlain) note('encoded-multipart', at)
  const holdsMessage = MESSAGE_TYPES.has(type)
  if (holdsMessage && !isPlain) note('encoded-message', at)
  if (type === 'message/partial') note('partial-message', at)
  if (type === 'message/external-body') note('external-body', at)
  const value = disposition?.value
  return {
    type,
    params,
    disposition: value === '' ? undefined : value,
    fileName: disposition?.params.get('filename') ?? params.get('name'),
    encoding,
    charset: params.get('charset'),
    boundary: isMultipart ? readBoundary(content, note) : undefined,
    isMessage: holdsMessage && isPlain,
  }
}

const MESSAGE_TYPES: ReadonlySet<string> = new Set([
  'message/rfc822',
  'message/global',
  'message/news',
])

interface ContentType {
  readonly type: string
  readonly params: ReadonlyMap<string, string>
  readonly parsed: ParameterisedValue | undefined
  readonly raw: string
  readonly at: number
}

function readContentType(
  fields: readonly HeaderField[],
  defaultType: string,
  note: Note,
): ContentType {
  const field = onlyField(fields, 'content-type', note)
  if (field === undefined) {
    return { type: defaultType, params: new Map(), parsed: undefined, raw: '', at: 0 }
  }
  const parsed = parseHeaderParams(field.raw)
  noteParams(parsed, field, note)
  const at = field.range.start
  const isUsable = /^[!#$%&'*+.^_`{|}~\w-]+\/[!#$%&'*+.^_`{|}~\w-]+$/.test(parsed.value)
  if (!isUsable) note('bad-content-type', at)
  const type = isUsable ? parsed.value : 'text/plain'
  return { type, params: parsed.params, parsed, raw: field.raw, at }
}

function readEncoding(fields: readonly HeaderField[], note: Note): string {
  const field = onlyField(fields, 'content-transfer-encoding', note)
  if (field === undefined) return '7bit'
  const { value } = parseHeaderParams(field.raw)
  if (encodingKind(value) === 'unknown') note('unknown-encoding', field.range.start)
  return value === '' ? '7bit' : value
}

/** Bytes of the boundary as it stands in the header: lines are compared byte by byte. */
function readBoundary(content: ContentType, note: Note): Buffer | undefined {
  const { parsed, at } = content
  const plain = parsed?.plain.get('boundary')
  const decoded = parsed?.params.get('boundary')
  const text = plain ?? decoded
  if (text === undefined) {
    note('missing-boundary', at)
    return undefined
  }
  const trimmed = text.replace(/[ \t]+$/, '')
  if (trimmed === '') {
    note('empty-boundary', at)
    return undefined
  }
  const bytes = Buffer.from(trimmed, plain === undefined ? 'utf8' : 'latin1')
  if (bytes.length > MAX_BOUNDARY) {
    note('bad-boundary', at)
    return undefined
  }
  if (bytes.length > 70) note('long-boundary', at)
  const isExact = plain === decoded && trimmed === text && /^[\x20-\x7e]+$/.test(trimmed)
  // Readers differ in what they make of an escape, a missing quote or a value in two spellings.
  if (!isExact || parsed?.isMalformed === true || content.raw.includes('\\')) {
    note('bad-boundary', at)
  }
  return bytes
}

function onlyField(
  fields: readonly HeaderField[],
  name: string,
  note: Note,
): HeaderField | undefined {
  const [first, ...others] = fieldsNamed({ fields }, name)
  if (first === undefined) return undefined
  const other = others.find(field => unfold(field.raw) !== first.value)
  if (other !== undefined) note(`duplicate-${name}` as DamageId, other.range.start)
  return first
}

function noteParams(
  parsed: ParameterisedValue | undefined,
  field: HeaderField | undefined,
  note: Note,
): void {
  if (parsed === undefined || field === undefined) return
  if (parsed.hasDuplicates) note('duplicate-parameter', field.range.start)
  if (parsed.isMalformed) note('bad-parameter', field.range.start)
}
