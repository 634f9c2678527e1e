import { isUtf8 } from 'node:buffer'

/** Text of a string that holds one byte a character: UTF-8 where valid, else latin1. */
export function textOfWire(wire: string): string {
  if (!/[\x80-\xff]/.test(wire)) return wire
  const bytes = Buffer.from(wire, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : wire
}

/** UTF-8 bytes of a text, as a string of one byte a character. */
export function wireOfText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
