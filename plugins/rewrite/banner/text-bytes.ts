import { decodeText, encodeText } from 'postseal/plugin'

/** The decoded bytes of a text part and the character set that they are in. */
export interface TextBytes {
  readonly bytes: Buffer
  readonly charset: string | undefined
}

/**
 * Bytes of the banner in the character set of the part, where bytes can simply be put between.
 *
 * Gives   undefined when the set is not known, lacks a character, or is one where bytes mean
 *         different things at different places.
 */
export function inCharset(banner: string, charset: string | undefined): Buffer | undefined {
  if (charset !== undefined && STATEFUL.test(charset)) return undefined
  const tags = encodeText('<body>', charset)
  if (tags === undefined || tags.toString('latin1') !== '<body>') return undefined
  return encodeText(banner, charset)
}

const STATEFUL = /^(?:iso-2022|csiso2022|hz|utf-?7|unicode-1-1-utf-7)/iu

/** The same text in UTF-8; undefined when it can't be read without loss. */
export function asUtf8({ bytes, charset }: TextBytes): TextBytes | undefined {
  const { text, trouble } = decodeText(bytes, charset)
  return trouble === undefined ? { bytes: Buffer.from(text), charset: 'utf-8' } : undefined
}
