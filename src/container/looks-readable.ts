import { looksLikeText } from './looks-like-text.js'

/** First bytes of formats that anybody can read, or that say themselves how they are protected. */
const MAGICS: readonly Buffer[] = [
  '504b0304',
  '504b0506',
  '377abcaf271c',
  '526172211a07',
  'd0cf11e0a1b11ae1',
  '25504446',
  '89504e470d0a1a0a',
  'ffd8ffe0',
  'ffd8ffe1',
  'ffd8ffdb',
  '47494638',
  '49492a00',
  '4d4d002a',
  '52494646',
  '1f8b08',
  '425a6839',
  'fd377a585a00',
  '28b52ffd',
  '4d534346',
  '7f454c46',
  '3c3f786d6c',
  'efbbbf3c',
  '7b5c727466',
  '789f3e22',
].map(magic => Buffer.from(magic, 'hex'))

/**
 * Whether bytes that should be ciphertext are something that can be read as it stands: text, or the
 * front of a known format. Ciphertext looks like that once in ten million times.
 */
export function looksReadable(bytes: Buffer): boolean {
  return looksLikeText(bytes) || MAGICS.some(magic => bytes.subarray(0, magic.length).equals(magic))
}
