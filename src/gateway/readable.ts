import { isAscii } from 'node:buffer'
import { looksLikeText } from '../container/looks-like-text.js'
import { damageGrade } from '../message/damage.js'
import { decodeHeaderText } from '../message/encoded-word.js'
import type { Mail, Part, TextPart } from '../message/mail.js'
import type { Range } from '../message/source.js'
import { hasMeaning, withoutBoilerplate } from '../policy/meaning.js'
import type { Doubt, Finding, ReadableContent, ReadablePiece } from '../policy/model.js'
import { givesPassword } from '../policy/password-hint.js'
import type { SafePattern } from '../policy/safe-pattern.js'
import { htmlText } from './html-text.js'

export interface ReadableOptions {
  readonly form?: ReadableContent['form']
  /** Footers and cover texts that say nothing of their own. */
  readonly boilerplate?: readonly SafePattern[]
  /** Text of one piece that is looked at; what is longer says something in any case. */
  readonly maxTextBytes?: number
  /** Whether anything is protected that a password could open; from the findings by default. */
  readonly isGuarded?: boolean
  /** Parts whose content is looked at by itself, as that of another message. */
  readonly opened?: ReadonlySet<string>
}

const MAX_TEXT_BYTES = 256 * 1024

/** Bytes of a damaged part that are looked at for what another program may see in it. */
const SAMPLE_BYTES = 64 * 1024

/**
 * Damage of grade `ambiguous` or `unread` that hides no content: the bytes are the same to
 * everybody, only their letters may differ, or what is missing is missing to everybody.
 */
const HARMLESS = new Set([
  'bad-base64',
  'bad-charset',
  'bad-quoted-printable',
  'external-body',
  'nul-in-body',
  'truncated-multipart',
  'unknown-charset',
])

/**
 * What of a message anybody on the way can read, so far as no finding protects it.
 *
 * Gives   facts only; one piece of text is in memory at a time, and none is kept.
 */
export async function readableContent(
  mail: Mail,
  findings: readonly Finding[],
  options: ReadableOptions = {},
): Promise<ReadableContent> {
  const { form = 'mail', boilerplate = [], maxTextBytes = MAX_TEXT_BYTES, opened } = options
  // A password matters only where there is something to open, and looking for one takes time.
  const isGuarded = options.isGuarded ?? findings.some(({ verdict }) => verdict !== 'not-encrypted')
  let passwordAt = isGuarded ? passwordInHeaders(mail) : undefined
  const weigh = (path: string, text: string): boolean => {
    const rest = withoutBoilerplate(text, boilerplate)
    if (isGuarded && passwordAt === undefined && givesPassword(rest)) passwordAt = path
    return hasMeaning(rest)
  }

  const content = new Map<Part, boolean>()
  for await (const textPart of mail.textParts({ maxBytesPerPart: maxTextBytes })) {
    if (opened?.has(textPart.path) === true) continue
    const { text, cut } = await textOutsideRanges(mail, textPart, findings, maxTextBytes)
    content.set(textPart.part, weigh(textPart.path, text) || cut)
  }
  const pieces: ReadablePiece[] = []
  for (const part of mail.parts()) {
    if (part.children.length === 0 && opened?.has(part.path) !== true) {
      const isText = content.has(part)
      const head = isText ? undefined : await mail.head(part, isGuarded ? SAMPLE_BYTES : 1)
      const bytes = head ?? Buffer.alloc(0)
      const isCovered = isText || (await isCoveredWhole(mail, part, findings))
      // A text under another name: it may give a password away all the same.
      if (isGuarded && !isCovered && looksLikeText(bytes)) weigh(part.path, bytes.toString())
      const hasContent = content.get(part) ?? (bytes.length > 0 && !isCovered)
      pieces.push({ path: part.path, place: placeOf(part), hasContent, fileName: part.fileName })
    }
    for (const place of ['preamble', 'epilogue'] as const) {
      const range = part[place]
      if (range === undefined || range.start === range.end) continue
      const text = await rawText(mail, range, maxTextBytes)
      const hasContent = weigh(part.path, text) || range.end - range.start > maxTextBytes
      pieces.push({ path: part.path, place, hasContent, fileName: undefined })
    }
  }
  const { unread, ambiguous } = await doubtsFrom(mail, opened)
  return Object.freeze({ form, pieces, undecidable: unread, ambiguous, passwordAt })
}

async function doubtsFrom(
  mail: Mail,
  opened: ReadonlySet<string> | undefined,
): Promise<{ unread: Doubt[]; ambiguous: Doubt[] }> {
  const unread: Doubt[] = []
  const ambiguous: Doubt[] = []
  const parts = new Map([...mail.parts()].map(part => [part.path, part]))
  for (const { id, part: path, why } of mail.damage) {
    const part = parts.get(path)
    const hidesText =
      id === 'bad-base64' && part !== undefined && (await hasForeignText(mail, part))
    if (HARMLESS.has(id) && !hidesText) continue
    if (id === 'encoded-message' && opened?.has(path) === true) continue
    const grade = damageGrade(id)
    if (grade === 'unread') unread.push({ path, why })
    if (grade !== 'ambiguous') continue
    const mayHideProtection = part === undefined || (await couldHideProtection(mail, part))
    ambiguous.push({ path, why, mayHideProtection })
  }
  return { unread, ambiguous }
}

/**
 * Whether 8-bit characters stand between the base64: decoders skip them, and so would we, but they
 * may be a text in another script. Letters of ASCII are decoded, and then no ciphertext is left.
 */
async function hasForeignText(mail: Mail, { body }: Part): Promise<boolean> {
  for (let at = body.start; at < body.end; at += SAMPLE_BYTES) {
    if (!isAscii(await mail.source.read(at, Math.min(body.end, at + SAMPLE_BYTES)))) return true
  }
  return false
}

/** Whether another program might find protected content in a part: armour, base64, a binary file. */
async function couldHideProtection(mail: Mail, part: Part): Promise<boolean> {
  const sample = (await mail.head(part, SAMPLE_BYTES)).toString('latin1')
  if (/-----BEGIN PGP MESSAGE|(?:^[A-Za-z0-9+/]{60,}={0,2}\r?\n){4}/m.test(sample)) return true
  return !/^(?:text|message|multipart)\//.test(part.type) && /[^\t\n\r -~]/.test(sample)
}

/** Attachments are what a reader sees as files; an image inside a related group is body. */
function placeOf(part: Part): ReadablePiece['place'] {
  if (part.disposition === 'attachment') return 'attachment'
  if (part.parent === undefined || part.parent.type === 'multipart/related') return 'body'
  if (part.parent.type === 'multipart/encrypted') return 'body'
  const isText = part.type === 'text/plain' || part.type === 'text/html'
  return isText && part.fileName === undefined ? 'body' : 'attachment'
}

interface BoundedText {
  readonly text: string
  /** Whether there is more than `text`. */
  readonly cut: boolean
}

async function textOutsideRanges(
  mail: Mail,
  { part, path, kind, text, cut }: TextPart,
  findings: readonly Finding[],
  maxBytes: number,
): Promise<BoundedText> {
  const ranges = rangesIn(path, findings)
  const rest = ranges.length === 0 ? { text, cut } : await cutOut(mail, part, ranges, maxBytes)
  return kind === 'html' ? { text: htmlText(rest.text), cut: rest.cut } : rest
}

function rangesIn(path: string, findings: readonly Finding[]): readonly Range[] {
  return findings
    .filter(({ part, verdict }) => part === path && (verdict === 'encrypted' || verdict === 'weak'))
    .flatMap(finding => finding.ranges ?? [])
}

/** Whether a finding says of every byte of a part that it is protected. */
async function isCoveredWhole(
  mail: Mail,
  part: Part,
  findings: readonly Finding[],
): Promise<boolean> {
  const whole = rangesIn(part.path, findings).filter(({ start }) => start === 0)
  if (whole.length === 0) return false
  const { size } = await mail.open(part)
  return whole.some(({ end }) => end >= size)
}

/** Text of a part without the given ranges of its decoded bytes; at most `maxBytes` of it. */
async function cutOut(
  mail: Mail,
  part: Part,
  ranges: readonly Range[],
  maxBytes: number,
): Promise<BoundedText> {
  const sorted = ranges.toSorted((a, b) => a.start - b.start)
  const kept: Buffer[] = []
  let keptBytes = 0
  let at = 0
  const keep = (bytes: Buffer): void => {
    kept.push(bytes)
    keptBytes += bytes.length
  }
  for await (const chunk of mail.decoded(part)) {
    let from = 0
    for (const { start, end } of sorted) {
      if (end <= at + from || start >= at + chunk.length) continue
      keep(chunk.subarray(from, Math.max(from, start - at)))
      from = Math.min(chunk.length, end - at)
    }
    keep(chunk.subarray(from))
    if (keptBytes > maxBytes) break
    at += chunk.length
  }
  const text = Buffer.concat(kept).subarray(0, maxBytes).toString('utf8')
  return { text, cut: keptBytes > maxBytes }
}

async function rawText(mail: Mail, { start, end }: Range, maxBytes: number): Promise<string> {
  const bytes = await mail.source.read(start, Math.min(end, start + maxBytes))
  return bytes.toString('utf8')
}

/** Fields that people, or their programs, write a text into. */
const TEXT_FIELDS = new Set(['subject', 'comments', 'keywords', 'thread-topic'])

/** Where a header gives a password away: `subject` or another field, or the name of a file. */
function passwordInHeaders(mail: Mail): string | undefined {
  for (const part of mail.parts()) {
    for (const { name, value } of part.fields) {
      const field = name.toLowerCase()
      if (TEXT_FIELDS.has(field) && givesPassword(decodeHeaderText(value))) return field
    }
    if (part.fileName !== undefined && givesPassword(part.fileName)) return part.path
  }
  return undefined
}
