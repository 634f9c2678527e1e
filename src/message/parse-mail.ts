import { createMail } from './create-mail.js'
import type { MessageLimits } from './limits.js'
import type { Envelope, Mail } from './mail.js'
import { createMailParser } from './mail-parser.js'
import { readRange } from './part-reader.js'
import { bufferSource, type ByteSource } from './source.js'

/**
 * Reads a whole message in memory, such as an .eml file. Offsets are those of the bytes given: a
 * file with LF line breaks is not converted.
 */
export function parseMail(
  message: Buffer,
  envelope: Envelope = NO_ENVELOPE,
  limits: Partial<MessageLimits> = {},
): Mail {
  const parser = createMailParser(limits)
  parser.write(message)
  return createMail(parser.end(), bufferSource(message), envelope)
}

/** Reads a message from a source piece by piece, such as a large file. */
export async function readMail(
  source: ByteSource,
  envelope: Envelope = NO_ENVELOPE,
  limits: Partial<MessageLimits> = {},
): Promise<Mail> {
  const parser = createMailParser(limits)
  for await (const piece of readRange(source, 0, source.size)) parser.write(piece)
  return createMail(parser.end(), source, envelope)
}

const NO_ENVELOPE: Envelope = Object.freeze({ sender: '', recipients: Object.freeze([]) })
