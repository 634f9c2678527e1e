import { decodeText } from './charset.js'
import { decodeQ } from './quoted-printable.js'

/**
 * Reads the encoded-words of a header value (Subject, display names).
 *
 * Adjacent words of one character set are joined as bytes before they are decoded, because mailers
 * split characters across words. What is not a proper encoded-word stays as it stands.
 * Source  RFC 2047 sections 2 to 6, RFC 2231 section 5
 */
export function decodeHeaderText(value: string): string {
  if (!value.includes('=?')) return value
  let text = ''
  let copied = 0
  let run: Word[] = []
  for (const match of value.matchAll(ENCODED_WORD)) {
    const between = value.slice(copied, match.index)
    if (run.length === 0 || /\S/.test(between)) {
      text += decodeRun(run) + between
      run = []
    }
    run.push(readWord(match[1] ?? '', match[2] ?? '', match[3] ?? ''))
    copied = match.index + match[0].length
  }
  return text + decodeRun(run) + value.slice(copied)
}

/**
 * Writes text for an unstructured field: as it is when it is printable ASCII, else as encoded-words
 * in UTF-8, folded with LF and a space.
 *
 * Units   `lineUsed` bytes that stand before the value on its first line (`Subject: ` is 9).
 * Source  RFC 2047 sections 2 and 4; a word is at most 75 characters, a line 76
 */
export function encodeHeaderText(text: string, lineUsed = 9): string {
  const line = text.replace(/[\r\n]+/g, ' ')
  if (/^[\x20-\x7e]*$/.test(line) && !line.includes('=?')) return foldAtSpaces(line, lineUsed)
  const bytes = Buffer.from(line, 'utf8')
  // Q leaves ASCII readable, which is worth some length.
  const isQ = encodedSize(bytes, true) <= encodedSize(bytes, false) * 1.5
  const words: string[] = []
  let room = MAX_WORD - WORD_FRAME - Math.min(lineUsed, 40)
  let piece: number[] = []
  for (const point of line) {
    const next = [...Buffer.from(point, 'utf8')]
    if (encodedSize([...piece, ...next], isQ) > room) {
      words.push(writeWord(piece, isQ))
      piece = []
      room = MAX_WORD - WORD_FRAME
    }
    piece.push(...next)
  }
  words.push(writeWord(piece, isQ))
  return words.join('\n ')
}

interface Word {
  readonly charset: string
  readonly bytes: Buffer
}

/** Spaces inside a word are against the rule but common, and mail clients read them. */
const ENCODED_WORD = /=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=/g
const MAX_WORD = 75
/** Length of `=?utf-8?q?` and `?=`. */
const WORD_FRAME = 12

function readWord(charset: string, kind: string, text: string): Word {
  const bytes = kind.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : decodeQ(text)
  return { charset: charset.replace(/\*.*$/s, '').toLowerCase(), bytes }
}

function decodeRun(run: readonly Word[]): string {
  let text = ''
  for (let at = 0; at < run.length;) {
    const charset = run[at]?.charset
    const same: Buffer[] = []
    for (; at < run.length && run[at]?.charset === charset; at++) {
      same.push(run[at]?.bytes ?? Buffer.alloc(0))
    }
    text += decodeText(Buffer.concat(same), charset).text
  }
  return text
}

function isPlainInQ(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && byte !== 0x3d && byte !== 0x3f && byte !== 0x5f
}

function encodedSize(bytes: Iterable<number> & { readonly length: number }, isQ: boolean): number {
  if (!isQ) return Math.ceil(bytes.length / 3) * 4
  let size = 0
  for (const byte of bytes) size += isPlainInQ(byte) || byte === 0x20 ? 1 : 3
  return size
}

function writeWord(bytes: readonly number[], isQ: boolean): string {
  if (!isQ) return `=?utf-8?b?${Buffer.from(bytes).toString('base64')}?=`
  const text = bytes.map(byte => {
    if (byte === 0x20) return '_'
    if (isPlainInQ(byte)) return String.fromCharCode(byte)
    return `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
  return `=?utf-8?q?${text.join('')}?=`
}

function foldAtSpaces(line: string, lineUsed: number): string {
  let folded = ''
  let used = lineUsed
  for (const piece of line.split(/(?= )(?<! )/)) {
    if (used + piece.length > 76 && folded !== '' && /\S/.test(piece)) {
      folded += '\n'
      used = 0
    }
    folded += piece
    used += piece.length
  }
  return folded
}
