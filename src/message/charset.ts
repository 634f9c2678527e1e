import { isAscii } from 'node:buffer'
import { TextDecoder } from 'node:util'
import iconv from 'iconv-lite'

/** Text of some bytes, and what was wrong with the character set that they claim. */
export interface DecodedText {
  readonly text: string
  readonly trouble?: 'unknown-charset' | 'bad-charset' | 'undeclared-8bit'
}

/**
 * Reads bytes as text in the character set that a header claims.
 *
 * Shape   `charset` as claimed, any case, a language suffix (`utf-8*de`) is ignored; undefined when
 *         none is claimed. `isCut`: the bytes were cut, a broken last character is no trouble.
 * Gives   text in any case. What does not fit is read the way a mail client would show it.
 */
export function decodeText(bytes: Buffer, charset: string | undefined, isCut = false): DecodedText {
  const claimed = charsetName(charset)
  const isUnclaimed = UNCLAIMED.has(claimed)
  if ((isUnclaimed || claimed === 'utf-8') && isAscii(bytes)) {
    return { text: bytes.toString('latin1') }
  }
  const reader = readerOf(claimed)
  if (isUnclaimed || reader === undefined) {
    const text = strictText(bytes, UTF_8, isCut) ?? iconv.decode(bytes, 'windows-1252')
    return { text, trouble: isUnclaimed ? 'undeclared-8bit' : 'unknown-charset' }
  }
  const text = strictText(bytes, reader, isCut)
  return text === undefined ? { text: looseText(bytes, reader), trouble: 'bad-charset' } : { text }
}

/**
 * Writes text in a character set, for a plugin that changes a text part in its own set.
 *
 * Gives   undefined when the set is not known or lacks a character of the text.
 */
export function encodeText(text: string, charset: string | undefined): Buffer | undefined {
  const name = charsetName(charset)
  if (UNCLAIMED.has(name)) {
    const bytes = Buffer.from(text, 'utf8')
    return isAscii(bytes) ? bytes : undefined
  }
  if (!hasIconv(name)) return undefined
  const bytes = iconv.encode(text, name)
  // iconv-lite puts a question mark for what a set lacks; reading it again shows whether it did.
  return decodeText(bytes, charset).text === text ? bytes : undefined
}

/** Names that claim nothing about 8-bit characters (RFC 2045 section 5.2; RFC 1428 section 3). */
const UNCLAIMED: ReadonlySet<string> = new Set(['', 'us-ascii', 'ascii', 'unknown-8bit'])

/** What iconv-lite calls encodings but is none of text; read by it, a mail would hide its words. */
const NO_CHARSETS: ReadonlySet<string> = new Set(['base64', 'hex', 'binary'])

function charsetName(charset: string | undefined): string {
  const name = (charset ?? '').replace(/\*.*$/s, '').trim().toLowerCase()
  return name === 'utf8' ? 'utf-8' : name
}

/** Who reads a character set, and by which name. */
interface Reader {
  readonly name: string
  readonly by: 'text-decoder' | 'iconv'
}

const UTF_8: Reader = { name: 'utf-8', by: 'text-decoder' }

/** What was looked up before: to ask for a name that does not exist takes 70 µs. */
const READERS = new Map<string, Reader | undefined>()

/** The names come from senders, so the number of those remembered has a limit. */
const MAX_READERS = 500

function readerOf(name: string): Reader | undefined {
  if (READERS.has(name)) return READERS.get(name)
  const reader = findReader(name)
  if (READERS.size < MAX_READERS) READERS.set(name, reader)
  return reader
}

function findReader(name: string): Reader | undefined {
  try {
    const { encoding } = new TextDecoder(name)
    // All names of latin1 mean this one (WHATWG Encoding, 4.2). Node 20's TextDecoder reads it
    // without euro sign and quotation marks.
    return encoding === 'windows-1252'
      ? { name: encoding, by: 'iconv' }
      : { name, by: 'text-decoder' }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return hasIconv(name) ? { name, by: 'iconv' } : undefined
  }
}

function hasIconv(name: string): boolean {
  return !NO_CHARSETS.has(name.replace(/[^a-z0-9]/g, '')) && iconv.encodingExists(name)
}

function strictText(bytes: Buffer, { name, by }: Reader, isCut: boolean): string | undefined {
  if (by === 'iconv') {
    const text = iconv.decode(bytes, name)
    return text.includes('\ufffd') ? undefined : text
  }
  try {
    return new TextDecoder(name, { fatal: true }).decode(bytes, { stream: isCut })
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function looseText(bytes: Buffer, { name, by }: Reader): string {
  return by === 'iconv' ? iconv.decode(bytes, name) : new TextDecoder(name).decode(bytes)
}
