import { encodeBody, type Edit, type Mail, type Part } from 'postseal/plugin'
import type { Banner } from './choose-banner.js'
import { htmlBanner, placeHtml } from './html-banner.js'
import { partHeaderEdits } from './part-header.js'
import { placePlain, plainBannerLines } from './plain-banner.js'
import { asUtf8, inCharset, type TextBytes } from './text-bytes.js'

/**
 * Edits that put the banner into one text part.
 *
 * Where bytes can be put in between, that is all that happens. Where they can't (base64, HTML in
 * quoted-printable, a character set without the banner's letters) the part is written anew with the
 * same text.
 *
 * Gives   an empty list when the banner stands there already, undefined when the part can't have
 *         one: inline PGP, damage, an unknown encoding or character set.
 */
export async function partEdits(
  mail: Mail,
  part: Part,
  banner: Banner,
  position: 'top' | 'bottom',
): Promise<readonly Edit[] | undefined> {
  if (!ENCODINGS.has(part.encoding)) return undefined
  const bytes = await decodedBytes(mail, part)
  // Reading the part brings its damage to light: readers may see another text than we do.
  if (mail.damage.some(damage => damage.part === part.path)) return undefined
  if (bytes.includes('-----BEGIN PGP ')) return undefined
  const eol = bytes.includes('\r\n') || !bytes.includes('\n') ? '\r\n' : '\n'
  const text = bannerText(part, banner, eol)
  const own: TextBytes = { bytes, charset: part.charset }
  const isOwn = inCharset(text, part.charset) !== undefined
  const target = isOwn ? own : asUtf8(own)
  const written = target && inCharset(text, target.charset)
  if (target === undefined || written === undefined) return undefined
  const insertion = placed(part, target.bytes, written, position, eol)
  if (insertion === undefined) return []
  if (isOwn) {
    const between = putBetween(part, bytes, insertion)
    if (between !== undefined) return [between]
  }
  return writtenAnew(mail, part, target, insertion)
}

const ENCODINGS = new Set(['7bit', '8bit', 'binary', 'quoted-printable', 'base64'])

interface Insertion {
  readonly at: number
  readonly bytes: Buffer
}

async function decodedBytes(mail: Mail, part: Part): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of mail.decoded(part)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function bannerText(part: Part, { text, html }: Banner, eol: string): string {
  if (part.type === 'text/html') return htmlBanner(text, html, eol)
  const isFlowed = part.params.get('format')?.toLowerCase() === 'flowed'
  const isDelSp = part.params.get('delsp')?.toLowerCase() === 'yes'
  return plainBannerLines(text, { isFlowed, isDelSp }).join(eol)
}

function placed(
  part: Part,
  bytes: Buffer,
  banner: Buffer,
  position: 'top' | 'bottom',
  eol: string,
): Insertion | undefined {
  if (part.type === 'text/html') {
    const at = placeHtml(bytes.toString('latin1'), banner.toString('latin1'), position)
    if (at === undefined) return undefined
    return { at, bytes: Buffer.concat([Buffer.from(eol), banner, Buffer.from(eol)]) }
  }
  const place = placePlain(bytes, banner, position, eol)
  if (place === undefined) return undefined
  const { at, before, after } = place
  return { at, bytes: Buffer.concat([Buffer.from(before), banner, Buffer.from(after)]) }
}

/** One splice where the encoding lets bytes be put between; undefined where it does not. */
function putBetween(part: Part, bytes: Buffer, insertion: Insertion): Edit | undefined {
  const { start, end } = part.body
  const splice = (at: number, bytes: Buffer): Edit => ({
    kind: 'splice',
    start: at,
    end: at,
    bytes,
  })
  switch (part.encoding) {
    case '7bit':
      if (insertion.bytes.some(byte => byte > 0x7e)) return undefined
      return splice(start + insertion.at, insertion.bytes)
    case '8bit':
    case 'binary':
      return splice(start + insertion.at, insertion.bytes)
    case 'quoted-printable': {
      const encoded = encodeBody(insertion.bytes, 'quoted-printable')
      if (insertion.at === 0) return splice(start, encoded)
      return insertion.at === bytes.length ? splice(end, encoded) : undefined
    }
    default:
      return undefined
  }
}

async function writtenAnew(
  mail: Mail,
  part: Part,
  { bytes, charset }: TextBytes,
  insertion: Insertion,
): Promise<readonly Edit[] | undefined> {
  const { start, end } = part.body
  const encoding = part.encoding === 'base64' ? 'base64' : 'quoted-printable'
  const whole = Buffer.concat([
    bytes.subarray(0, insertion.at),
    insertion.bytes,
    bytes.subarray(insertion.at),
  ])
  const raw = await mail.source.read(start, end)
  const encoded = withSameEnd(encodeBody(whole, encoding), raw)
  const body: Edit = { kind: 'splice', start, end, bytes: encoded }
  if (charset === part.charset && encoding === part.encoding) return [body]
  const header = await partHeaderEdits(mail.source, part, charset ?? 'us-ascii', encoding)
  return header && [...header, body]
}

/** Encodings differ in how they end; the line break before a boundary is not part of the body. */
function withSameEnd(encoded: Buffer, raw: Buffer): Buffer {
  const text = encoded.toString('latin1').replace(/\r?\n$/u, '')
  const lineBreak = /\r?\n$/u.exec(raw.toString('latin1'))?.[0] ?? ''
  return Buffer.from(text + lineBreak, 'latin1')
}
