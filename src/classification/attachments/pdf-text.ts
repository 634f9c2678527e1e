import { getDocument, PasswordResponses, VerbosityLevel } from 'unpdf/pdfjs'
import { GatewayError } from '../../errors.js'
import type { ExtractWalk } from './extract-walk.js'
import { purviewEntriesOf } from './purview-entries.js'
import type { TextSink } from './text-sink.js'

/** A file attached to a PDF file as pdf.js gives it. */
interface PdfAttachment {
  readonly filename?: string
  readonly content?: Uint8Array
}

type PdfDocument = Awaited<ReturnType<typeof getDocument>['promise']>

/**
 * Reads a PDF file: the text of its pages, form fields and comments, and the files attached to it.
 *
 * To be run where it may be ended: pdf.js does not stop by itself in a page that never ends.
 */
export async function readPdf(bytes: Buffer, walk: ExtractWalk): Promise<void> {
  const task = getDocument({
    // pdf.js takes what it is given for its own.
    data: new Uint8Array(bytes),
    disableFontFace: true,
    enableXfa: false,
    isEvalSupported: false,
    maxImageSize: 1,
    stopAtErrors: false,
    useSystemFonts: false,
    useWasm: false,
    useWorkerFetch: false,
    verbosity: VerbosityLevel.ERRORS,
  })
  try {
    let document: PdfDocument
    try {
      document = await task.promise
    } catch (thrown) {
      if (isPasswordAsked(thrown)) walk.unreadable('encrypted', 'the file asks for a password')
      else walk.unreadable('damaged', 'the PDF file cannot be read')
      return
    }
    await readDocument(document, walk)
  } finally {
    await task.destroy()
  }
}

async function readDocument(document: PdfDocument, walk: ExtractWalk): Promise<void> {
  await walk.guarded(() => readLabels(document, walk))
  const { maxPages } = walk.limits
  let broken = 0
  const { hasWords } = await walk.text(async sink => {
    for (let number = 1; number <= document.numPages; number += 1) {
      if (number > maxPages) throw limit(`it has more than ${maxPages} pages`)
      walk.checkTime()
      const isRead = await tolerant(() => readPage(document, number, sink))
      if (isRead !== true) broken += 1
    }
  })
  if (broken > 0)
    walk.unreadable('damaged', `${broken} of ${document.numPages} pages cannot be read`)
  else if (!hasWords && document.numPages > 0) walk.unreadable('scan', 'the pages hold no text')
  const attachments = await tolerant<Record<string, PdfAttachment> | null>(() =>
    document.getAttachments(),
  )
  for (const { filename = '', content } of Object.values(attachments ?? {})) {
    if (content === undefined) continue
    walk.budget.takeEntries(1)
    walk.budget.takeBytes(content.length)
    walk.at(filename).name('file name', filename)
    await walk.enter(filename, Buffer.from(content.buffer, content.byteOffset, content.length))
  }
}

async function readPage(document: PdfDocument, number: number, sink: TextSink): Promise<true> {
  const page = await document.getPage(number)
  const { items } = await page.getTextContent()
  for (const item of items) {
    if (!('str' in item)) continue
    sink.add(item.hasEOL ? `${item.str}\n` : item.str)
  }
  sink.line()
  for (const annotation of await page.getAnnotations()) {
    const said = annotationTexts(annotation as Readonly<Record<string, unknown>>)
    for (const text of said) sink.add(`${text}\n`)
  }
  page.cleanup()
  return true
}

/** Values of form fields, comments; what a button says is no content. */
function annotationTexts(annotation: Readonly<Record<string, unknown>>): readonly string[] {
  const { fieldValue, contentsObj } = annotation
  const values = Array.isArray(fieldValue) ? fieldValue : [fieldValue]
  const comment = (contentsObj as { readonly str?: unknown } | undefined)?.str
  return [...values, comment].filter(
    (text): text is string => typeof text === 'string' && text !== '' && text !== 'Off',
  )
}

/** Labels stand in the information dictionary, and in the metadata as `pdfx:MSIP_Label_…`. */
async function readLabels(document: PdfDocument, walk: ExtractWalk): Promise<void> {
  const said = await tolerant(() => document.getMetadata())
  if (said === undefined) return
  const info = said.info as Readonly<Record<string, unknown>>
  const custom = info['Custom']
  const values = new Map<string, string>()
  const keep = (source: unknown): void => {
    if (typeof source !== 'object' || source === null) return
    for (const [name, value] of Object.entries(source))
      if (typeof value === 'string') values.set(name, value)
  }
  keep(custom)
  keep(info)
  const xmp = String(said.metadata?.getRaw() ?? '')
  for (const [, name = '', value = ''] of xmp.slice(0, MAX_XMP).matchAll(XMP_LABEL))
    if (!values.has(name)) values.set(name, value)
  walk.sensitivityLabel(purviewEntriesOf(values))
  const title = info['Title']
  if (typeof title === 'string' && title !== '') walk.name('subject', title)
}

const MAX_XMP = 1024 * 1024

/** As an element or as an attribute. */
const XMP_LABEL =
  /\b(MSIP_Label_[0-9a-fA-F-]{36}_[A-Za-z]{1,40})(?:>|\s{0,9}=\s{0,9}["'])([^<"']{0,500})/g

/**
 * Runs a step of pdf.js. What it throws is about this page or table, so the others are still read;
 * what the walk throws flies on.
 */
async function tolerant<Result>(step: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await step()
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown
    return undefined
  }
}

function isPasswordAsked(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || thrown.name !== 'PasswordException') return false
  return 'code' in thrown && thrown.code === PasswordResponses.NEED_PASSWORD
}

function limit(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_LIMIT', { what })
}
