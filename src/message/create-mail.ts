import { decodeText } from './charset.js'
import { DamageList, type DamageId } from './damage.js'
import { decodedSource } from './decoded-source.js'
import type { Damage, Envelope, Mail, MailStructure, Part, TextPart } from './mail.js'
import { MessageError } from './message-error.js'
import { readDecoded, readFront } from './part-reader.js'
import type { ByteSource } from './source.js'
import { encodingKind } from './transfer-decoder.js'

/** Decoded bytes of one text part that are read as text, unless the caller asks for another limit. */
const DEFAULT_TEXT_BYTES = 8 * 1024 * 1024

/** Bytes of text of a message that are kept decoded: several plugins read the same short text. */
const KEPT_TEXT_BYTES = 128 * 1024

/**
 * Makes the message that plugins see from its structure and its bytes.
 *
 * Throws  ERR_MESSAGE_SOURCE when the structure is that of a message of another size.
 */
export function createMail(structure: MailStructure, source: ByteSource, envelope: Envelope): Mail {
  if (structure.size !== source.size) {
    const sizes = `${structure.size} bytes were read, the source holds ${source.size}`
    throw new MessageError('ERR_MESSAGE_SOURCE', `structure and source differ: ${sizes}`)
  }
  return new ParsedMail(structure, source, envelope)
}

class ParsedMail implements Mail {
  readonly envelope: Envelope
  readonly source: ByteSource
  readonly root: Part
  readonly #structureDamage: readonly Damage[]
  readonly #readingDamage = new DamageList()
  readonly #opened = new Map<Part, Promise<ByteSource>>()
  /** Whole texts, as long as there is room. */
  readonly #texts = new Map<Part, TextPart>()
  #textRoom = KEPT_TEXT_BYTES

  constructor(structure: MailStructure, source: ByteSource, envelope: Envelope) {
    this.envelope = freezeEnvelope(envelope)
    this.source = source
    this.root = structure.root
    this.#structureDamage = structure.damage
    Object.freeze(this)
  }

  get damage(): readonly Damage[] {
    return Object.freeze([...this.#structureDamage, ...this.#readingDamage.toArray()])
  }

  parts(): Iterable<Part> {
    return walk(this.root)
  }

  *leaves(): Generator<Part, void, undefined> {
    for (const part of walk(this.root)) if (part.children.length === 0) yield part
  }

  decoded(part: Part): AsyncGenerator<Buffer, void, undefined> {
    return readDecoded(this.source, part, () => this.#encodingIsBroken(part))
  }

  async head(part: Part, maxBytes: number): Promise<Buffer> {
    return (await this.#front(part, maxBytes)).bytes
  }

  open(part: Part): Promise<ByteSource> {
    const known = this.#opened.get(part)
    if (known !== undefined) return known
    const opened = decodedSource(this.source, part, () => this.#encodingIsBroken(part))
    this.#opened.set(part, opened)
    return opened
  }

  async *textParts(
    limit: { readonly maxBytesPerPart?: number } = {},
  ): AsyncGenerator<TextPart, void, undefined> {
    const maxBytes = limit.maxBytesPerPart ?? DEFAULT_TEXT_BYTES
    for (const part of this.leaves()) {
      if (!holdsText(part)) continue
      const known = maxBytes >= KEPT_TEXT_BYTES ? this.#texts.get(part) : undefined
      yield known ?? (await this.#readText(part, maxBytes))
    }
  }

  async #readText(part: Part, maxBytes: number): Promise<TextPart> {
    const { bytes, isCut } = await this.#front(part, maxBytes)
    const { text, trouble } = decodeText(bytes, part.charset, isCut)
    if (trouble !== undefined) this.#readingDamage.add(trouble, part.path, part.body.start)
    const read = Object.freeze({ part, path: part.path, kind: textKind(part), text, cut: isCut })
    if (!isCut && bytes.length <= this.#textRoom && !this.#texts.has(part)) {
      this.#textRoom -= bytes.length
      this.#texts.set(part, read)
    }
    return read
  }

  #front(part: Part, maxBytes: number): ReturnType<typeof readFront> {
    return readFront(this.source, part, maxBytes, () => this.#encodingIsBroken(part))
  }

  #encodingIsBroken(part: Part): void {
    const id = ENCODING_DAMAGE.get(encodingKind(part.encoding))
    if (id !== undefined) this.#readingDamage.add(id, part.path, part.body.start)
  }
}

const ENCODING_DAMAGE: ReadonlyMap<string, DamageId> = new Map([
  ['base64', 'bad-base64'],
  ['quoted-printable', 'bad-quoted-printable'],
  ['uuencode', 'bad-uuencode'],
])

function* walk(part: Part): Generator<Part, void, undefined> {
  yield part
  for (const child of part.children) yield* walk(child)
}

/**
 * Text by its own claim, or what a reader without a better idea shows as text: reports, fragments,
 * attached messages that could not be entered, a multipart whose boundary never came.
 */
function holdsText(part: Part): boolean {
  return /^(?:text|message|multipart)\//.test(part.type)
}

function textKind(part: Part): TextPart['kind'] {
  if (part.type === 'text/plain') return 'plain'
  return part.type === 'text/html' ? 'html' : 'other'
}

function freezeEnvelope(envelope: Envelope): Envelope {
  return Object.freeze({ ...envelope, recipients: Object.freeze([...envelope.recipients]) })
}
