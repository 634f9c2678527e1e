import { decodeHeaderText } from '../message/encoded-word.js'
import { fieldsNamed, firstField } from '../message/header-fields.js'
import type { Mail, Part, TextPart } from '../message/mail.js'
import { MAX_FILES, type LetterView, type SealedFile } from './container/payload.js'
import { cleanFileName, differentNames } from './file-name.js'
import type { InnerMessage } from './inner-message.js'
import { isBody, viewLimit } from './view-limit.js'

export interface ViewParts {
  readonly mail: Mail
  readonly inner: InnerMessage
  /** Address that an answer goes to. */
  readonly sender: string
  /** Makes HTML harmless. */
  readonly sanitise: (html: string) => string
}

/** Characters of a header field that are shown. */
const MAX_LINE = 1000
/**
 * What the reader page shows of a message: its text, its HTML made harmless, and where its files are.
 *
 * Shape   the first HTML that is no attachment is shown, and all plain text that is none; everything
 *         else is a file, a message inside as a whole.
 */
export async function viewOf({ mail, inner, sender, sanitise }: ViewParts): Promise<LetterView> {
  const limit = viewLimit(mail)
  const { texts, html, shown } = await textsOf(mail, limit)
  const shownHtml = html === undefined || html.cut ? undefined : sanitise(html.text)
  if (html !== undefined && shownHtml === undefined) shown.delete(html.part)
  const files = filesOf(mail, inner, shown, shownHtml ?? '')
  const subject = headerText(mail, 'Subject')
  const view: LetterView = {
    v: 1,
    subject,
    from: headerText(mail, 'From'),
    to: headerText(mail, 'To'),
    sender: sender.slice(0, MAX_LINE),
    date: dateOf(mail),
    text: texts.length === 0 ? null : texts.map(({ text }) => text).join('\n\n'),
    cut: texts.some(({ cut }) => cut),
    html: shownHtml ?? null,
    files,
    mail: {
      name: `${cleanFileName(subject.replace(/[/\\]/g, '-'), 'message').slice(0, 100)}.eml`,
      type: 'message/rfc822',
      encoding: 'identity',
      start: 0,
      end: inner.size,
      cid: null,
    },
  }
  return fitted(view, limit)
}

interface Texts {
  readonly texts: readonly { readonly text: string; readonly cut: boolean }[]
  readonly html: TextPart | undefined
  /** Parts that are shown, so that they are no files. */
  readonly shown: Set<Part>
}

async function textsOf(mail: Mail, maxBytesPerPart: number): Promise<Texts> {
  const texts: TextPart[] = []
  let html: TextPart | undefined
  const shown = new Set<Part>()
  for await (const text of mail.textParts({ maxBytesPerPart })) {
    if (!isBody(text.part) || (text.kind === 'html' && html !== undefined)) continue
    if (text.kind === 'html') html = text
    else if (text.kind === 'plain') texts.push({ ...text, text: unixLines(text.text) })
    else continue
    shown.add(text.part)
  }
  return { texts, html, shown }
}

function filesOf(
  mail: Mail,
  inner: InnerMessage,
  shown: ReadonlySet<Part>,
  html: string,
): readonly SealedFile[] {
  const parts = [...filesIn(mail.root)].filter(part => !shown.has(part)).slice(0, MAX_FILES)
  const names = differentNames(parts.map((part, at) => nameOf(part, at)))
  return parts.map((part, at) => {
    const cid = contentId(part)
    const { start, end } = inner.placeOf(part.body)
    return {
      name: names[at] ?? 'file',
      type: part.type.slice(0, 100),
      encoding: encodingOf(part),
      start,
      end,
      cid: cid !== undefined && html.includes(`"cid:${cid}"`) ? cid : null,
    }
  })
}

/** Leaves, a message inside being one as a whole. */
function* filesIn(part: Part): Generator<Part> {
  const isWhole = part.children.length === 0 || part.type === 'message/rfc822'
  if (isWhole) {
    if (part.body.end > part.body.start) yield part
    return
  }
  for (const child of part.children) yield* filesIn(child)
}

function nameOf(part: Part, at: number): string {
  const extension = EXTENSIONS[part.type] ?? ''
  return cleanFileName(part.fileName, `${part.type.split('/')[0] ?? 'file'}-${at + 1}${extension}`)
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'message/rfc822': '.eml',
  'text/plain': '.txt',
  'text/html': '.html',
  'text/calendar': '.ics',
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'application/pdf': '.pdf',
}

function contentId(part: Part): string | undefined {
  const value = firstField(part, 'Content-ID')?.value
  const [, id] = /^<([^"'<>&\s\\]{1,200})>$/.exec(value ?? '') ?? []
  return id
}

function encodingOf({ encoding }: Part): SealedFile['encoding'] {
  return encoding === 'base64' || encoding === 'quoted-printable' ? encoding : 'identity'
}

function headerText(mail: Mail, name: string): string {
  const values = fieldsNamed(mail.root, name).map(({ value }) => decodeHeaderText(value))
  return values
    .join(', ')
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_LINE)
}

function dateOf(mail: Mail): number | null {
  const date = Date.parse(firstField(mail.root, 'Date')?.value ?? '')
  return Number.isNaN(date) ? null : date
}

function unixLines(text: string): string {
  return text.replace(/\r\n?/g, '\n')
}

/** First the HTML goes, when there is a text, then the end of the text: the message itself has both. */
function fitted(view: LetterView, limit: number): LetterView {
  if (sizeOf(view) <= limit) return view
  if (view.html !== null)
    return fitted({ ...view, html: null, cut: view.cut || view.text === null }, limit)
  if (view.text === null || view.text === '') return { ...view, files: [], cut: true }
  // Each character is a byte at least, so one cut is enough.
  const keep = Math.max(0, view.text.length - (sizeOf(view) - limit))
  const text = view.text.slice(0, keep).replace(/[\uD800-\uDBFF]$/, '')
  return fitted({ ...view, text, cut: true }, limit)
}

function sizeOf(view: LetterView): number {
  return Buffer.byteLength(JSON.stringify(view))
}
