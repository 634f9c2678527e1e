import { looksLikeText } from './looks-like-text.js'

/** First bytes of the containers that are followed inside plain archives. */
const FRONTS: readonly Buffer[] = [
  '504b0304',
  '504b0506',
  '504b0708',
  '377abcaf271c',
  '526172211a07',
  'd0cf11e0a1b11ae1',
].map(front => Buffer.from(front, 'hex'))

/** A CMS message is a SEQUENCE whose content begins with an identifier. */
const CMS_FRONT =
  /^\x30(?:[\x00-\x7f]|\x80|\x81.|\x82..|\x83...|\x84....)\x06[\x08-\x0b]\x2a\x86\x48/s

/** OpenPGP: a session key for somebody (tags 1 and 3) or encrypted data (18 and 20), with a known version. */
const PGP_FRONT =
  /^(?:\x84.|\x85..|\x86....|\xc1(?:[\x00-\xbf]|[\xc0-\xdf].|\xff....))[\x02\x03\x06]|^(?:\x8c.|\x8d..|\xc3.)[\x04-\x06]|^(?:\xd2|\xd4)(?:[\x00-\xbf]|[\xc0-\xdf].|[\xe0-\xfe]|\xff....)[\x01\x02]/s

/** What a file may be, as far as its first bytes say; undefined for what is no container. */
export function isContainerFront(front: Buffer): boolean {
  return (
    FRONTS.some(magic => front.subarray(0, magic.length).equals(magic)) ||
    isMessageFront(front) ||
    isPdfFront(front)
  )
}

/** Bytes at the front in which `%PDF-` has to stand (Acrobat's rule, ISO 32000-1 appendix H). */
export const PDF_HEAD_BYTES = 1024

const PDF_MARK = '%PDF-'

/** Bytes at the front that tell what a file may be. */
export const FRONT_BYTES = PDF_HEAD_BYTES + PDF_MARK.length

/** Whether a PDF file may start here: in a text, the word may stand anywhere. */
export function isPdfFront(front: Buffer): boolean {
  const start = front.subarray(0, FRONT_BYTES).indexOf(PDF_MARK, 0, 'latin1')
  return start === 0 || (start > 0 && !looksLikeText(front.subarray(0, FRONT_BYTES)))
}

/** Whether a CMS or OpenPGP message may start here. */
export function isMessageFront(front: Buffer): boolean {
  const text = front.toString('latin1', 0, 24)
  return CMS_FRONT.test(text) || PGP_FRONT.test(text)
}

/** Programs that unpack the archive behind them. */
const PROGRAM_FRONT = /^(?:MZ|\x7fELF|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe)/

/** Whether a program starts here, such as one that unpacks the archive behind it. */
export function isProgramFront(front: Buffer): boolean {
  return PROGRAM_FRONT.test(front.toString('latin1', 0, 4))
}
