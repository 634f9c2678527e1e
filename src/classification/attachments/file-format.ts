import { OLE_MAGIC } from '../../container/ole.js'
import { isMessageFront, isPdfFront } from '../../container/container-front.js'
import { looksLikeText } from '../../container/looks-like-text.js'
import { TNEF_MAGIC } from '../../container/tnef.js'
import { looksLikeMail } from '../../message/looks-like-mail.js'

/** What a file is by its first bytes, whether or not its text can be read. */
export type FileFormat =
  | 'empty'
  | 'pdf'
  | 'zip'
  | 'ole'
  | 'rtf'
  | 'tnef'
  | 'cryptogram'
  | 'calendar'
  | 'mail'
  | 'html'
  | 'text'
  | 'picture'
  | 'archive'
  | 'unknown'

/** Bytes at the front of a file that tell what it is. */
export const FORMAT_BYTES = 4096

/**
 * Tells what a file is by its first bytes, whatever it is called: at most `FORMAT_BYTES` of them are
 * looked at.
 */
export function formatOf(front: Buffer): FileFormat {
  if (front.length === 0) return 'empty'
  const head = front.subarray(0, FORMAT_BYTES)
  const latin1 = head.toString('latin1')
  const known = MAGIC.find(([, magic]) => magic.test(latin1))
  if (known !== undefined) return known[0]
  if (isPdfFront(head)) return 'pdf'
  if (head.subarray(0, OLE_MAGIC.length).equals(OLE_MAGIC)) return 'ole'
  if (head.subarray(0, TNEF_MAGIC.length).equals(TNEF_MAGIC)) return 'tnef'
  if (isMessageFront(head)) return 'cryptogram'
  if (!isText(head)) return 'unknown'
  if (/^(?:\xef\xbb\xbf)?\s{0,100}BEGIN:V(?:CALENDAR|CARD)/i.test(latin1)) return 'calendar'
  if (looksLikeMail(head)) return 'mail'
  return HTML.test(latin1.replaceAll('\0', '')) ? 'html' : 'text'
}

/** Formats by the bytes at their front, from the registries of their owners. */
const MAGIC: readonly (readonly [FileFormat, RegExp])[] = [
  ['zip', /^PK(?:\x03\x04|\x05\x06|\x07\x08)/],
  ['rtf', /^\{\\rt/],
  // JPEG, PNG, GIF, BMP, TIFF, ICO, PSD
  ['picture', /^(?:\xff\xd8\xff|\x89PNG|GIF8|BM....\0\0\0\0|II\x2a\0|MM\0\x2a|\0\0\x01\0|8BPS)/s],
  // WebP and WAVE, HEIC and MP4, Matroska, Ogg, MP3, AAC, WMF, EMF, FLAC
  [
    'picture',
    /^(?:RIFF....(?:WEBP|WAVE|AVI )|....ftyp|\x1a\x45\xdf\xa3|OggS|ID3|\xff[\xf1\xf3\xf9\xfb]|\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF|fLaC)/s,
  ],
  // SVG has letters, but few programs write any; it is read as HTML.
  ['archive', /^(?:7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x1f\x8b|BZh|\xfd7zXZ\0|\x28\xb5\x2f\xfd|MSCF)/],
]

const HTML =
  /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s{0,200}(?:<!--.{0,500}?-->\s{0,100})?<(?:!doctype\s{1,10}html|html|head|body|meta|title|style|table|div|p|h1|br|span|font|script|svg|\?xml[^>]{0,200}>\s{0,100}<(?:!doctype html|html|svg))\b/is

/** Very short texts look like anything; what is nothing but printable is one, so is what says so. */
function isText(head: Buffer): boolean {
  return looksLikeText(head) || SHORT_TEXT.test(head.toString('latin1'))
}

const SHORT_TEXT = /^(?:[\t\n\r -~\xa0-\xff]{1,64}$|\xff\xfe|\xfe\xff)/
