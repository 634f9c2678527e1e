import { TAG_BYTES, writeHeader, type ContainerHeader } from '../container/header.js'
import type { ContainerKeys } from '../container/keys.js'
import { sealPayload, type Payload } from '../container/seal-payload.js'
import { readerPage } from './page.js'

/** Bytes of ciphertext in one element: 68 lines of 960 characters. */
export const CHUNK_BYTES = 48_960
const LINE_BYTES = 720

/** What the elements of a letter are written as; the same names stand in the page's script. */
export const ELEMENTS = {
  header: 'type="application/json" id="letter-header"',
  style: 'type="application/json" id="letter-style"',
  data: 'type="text/plain" class="letter-data"',
  tag: 'type="text/plain" id="letter-tag"',
} as const

/**
 * The HTML file of a letter, piece by piece: ASCII, CRLF line ends, no line of 998 characters.
 *
 * Shape   `style` as `writeStyle` gives it.
 */
export async function* writeLetterFile(
  payload: Payload,
  header: ContainerHeader,
  keys: ContainerKeys,
  style: string,
): AsyncGenerator<Buffer, void, undefined> {
  yield ascii(front(header, style))
  let rest = Buffer.alloc(0)
  for await (const part of sealPayload(payload, header, keys)) {
    if ('ciphertext' in part) {
      const bytes = Buffer.concat([rest, part.ciphertext])
      const whole = bytes.length - (bytes.length % CHUNK_BYTES)
      for (let at = 0; at < whole; at += CHUNK_BYTES)
        yield chunk(bytes.subarray(at, at + CHUNK_BYTES))
      rest = bytes.subarray(whole)
    } else {
      if (rest.length > 0) yield chunk(rest)
      yield ascii(back(part.tag))
    }
  }
}

/** Bytes of the file for a payload of the header's length. */
export function letterFileSize(header: ContainerHeader, style: string): number {
  const chunks = Math.floor(header.length / CHUNK_BYTES)
  const rest = header.length % CHUNK_BYTES
  const around = crlf(front(header, style)).length + crlf(back(Buffer.alloc(TAG_BYTES))).length
  return around + chunks * chunkSize(CHUNK_BYTES) + (rest > 0 ? chunkSize(rest) : 0)
}

function front(header: ContainerHeader, style: string): string {
  const { before } = readerPage()
  return `${before}\n${element('header', writeHeader(header))}${element('style', style)}`
}

function back(tag: Buffer): string {
  return `${element('tag', tag.toString('base64'))}${readerPage().after}\n`
}

function chunk(bytes: Buffer): Buffer {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += LINE_BYTES)
    lines.push(bytes.toString('base64', at, Math.min(bytes.length, at + LINE_BYTES)))
  return ascii(element('data', lines.join('\n')))
}

function chunkSize(bytes: number): number {
  const lines = Math.ceil(bytes / LINE_BYTES)
  return crlf(element('data', '')).length + Math.ceil(bytes / 3) * 4 + 2 * (lines - 1)
}

function element(kind: keyof typeof ELEMENTS, text: string): string {
  return `<script ${ELEMENTS[kind]}>\n${text}\n</script>\n`
}

function ascii(text: string): Buffer {
  return Buffer.from(crlf(text), 'latin1')
}

function crlf(text: string): string {
  return text.replaceAll('\n', '\r\n')
}
