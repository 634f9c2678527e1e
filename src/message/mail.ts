import type { ByteSource, Range } from './source.js'

/**
 * A message as plugins see it: envelope, part tree with exact byte ranges, and ways to read parts
 * piece by piece. Frozen; nothing in it is ever written back.
 */
export interface Mail {
  readonly envelope: Envelope
  readonly source: ByteSource
  readonly root: Part
  /**
   * Everything that was not as it should be: in the structure first, then what reading the parts
   * (`decoded`, `head`, `textParts`) has brought to light so far.
   */
  readonly damage: readonly Damage[]
  /** All parts in document order, containers included, nested messages entered. */
  parts(): Iterable<Part>
  /** Parts without children. */
  leaves(): Iterable<Part>
  /** Transfer-decoded bytes of a part, in chunks; broken encoding yields what can be read. */
  decoded(part: Part): AsyncIterable<Buffer>
  /** At most `maxBytes` decoded bytes from the front of a part. */
  head(part: Part, maxBytes: number): Promise<Buffer>
  /**
   * Transfer-decoded bytes of a part for reading here and there: a large encoded part is read once
   * to find its places, and again around what is asked for; it is never held as a whole.
   */
  open(part: Part): Promise<ByteSource>
  /** Leaves of type text/* (and parts without a usable type), as Unicode text. */
  textParts(limit?: { readonly maxBytesPerPart?: number }): AsyncIterable<TextPart>
}

/** The part tree of a message, before anybody reads its parts. */
export interface MailStructure {
  readonly root: Part
  /** What was found while the structure was read, in the order of the message. */
  readonly damage: readonly Damage[]
  /** Bytes of the whole message. */
  readonly size: number
}

/** What the SMTP session said about the message. */
export interface Envelope {
  /** Envelope sender without angle brackets; empty for the null reverse-path. */
  readonly sender: string
  /** Recipients without angle brackets, in the order given. */
  readonly recipients: readonly string[]
  readonly queueId?: string
  /** SASL login name (`{auth_authen}`), if the client authenticated. */
  readonly authUser?: string
  /** Name in the verified certificate of a client that may relay by it (`[[connector]]`). */
  readonly clientCert?: string
  readonly clientName?: string
  readonly clientAddress?: string
  readonly helo?: string
}

/** One part of a message, or the message itself, with where its bytes are. */
export interface Part {
  /** `1` for the message itself, `1.2` for its second child, and so on. */
  readonly path: string
  readonly parent: Part | undefined
  readonly children: readonly Part[]
  /** Lower case type/subtype as the header claims it; `text/plain` where it claims nothing. */
  readonly type: string
  /** Parameters of Content-Type after RFC 2231 decoding, names in lower case. */
  readonly params: ReadonlyMap<string, string>
  /** `inline`, `attachment` or another token in lower case; undefined when absent. */
  readonly disposition: string | undefined
  /** File name from Content-Disposition or Content-Type, decoded; undefined when absent. */
  readonly fileName: string | undefined
  /** Lower case transfer encoding as claimed; `7bit` when absent. */
  readonly encoding: string
  readonly charset: string | undefined
  readonly fields: readonly HeaderField[]
  /** The header block including its empty line. */
  readonly header: Range
  /** The body, without the line break that belongs to the next boundary. */
  readonly body: Range
  /** Text before the first and after the last boundary of a multipart: readable content. */
  readonly preamble: Range | undefined
  readonly epilogue: Range | undefined
}

/** One header field as it was received. */
export interface HeaderField {
  /** Name as received (latin1). */
  readonly name: string
  /** Whole field, name, colon, folds and final line break included. */
  readonly range: Range
  /** Value as received, colon excluded, folds and leading white space kept, latin1. */
  readonly raw: string
  /** Unfolded, trimmed; 8-bit bytes read as UTF-8 where valid, else latin1. Not RFC 2047-decoded. */
  readonly value: string
}

/** A departure from the standards. Never an exception: a detector or rule decides what it means. */
export interface Damage {
  /** kebab-case: `duplicate-content-type`, `depth-limit`, `bad-base64`, `truncated-multipart`. */
  readonly id: string
  readonly part: string
  readonly at: number
  readonly why: string
}

/** A text part as Unicode. */
export interface TextPart {
  readonly part: Part
  readonly path: string
  readonly kind: 'plain' | 'html' | 'other'
  readonly text: string
  /** True when the text was cut at the limit. */
  readonly cut: boolean
}
