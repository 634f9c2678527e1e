import type { ExtractWalk } from './extract-walk.js'
import { purviewEntries } from './purview-entries.js'
import { SheetReader, readSharedStrings } from './sheet-text.js'
import type { TextSink } from './text-sink.js'
import { readXml, type XmlEvents } from './xml-events.js'
import { wholeFile, type ZipFile } from './zip-files.js'

/** Files of a package that hold no words of their author. */
const WITHOUT_WORDS =
  /(?:^|\/)_rels\/|^\[Content_Types\]|^docProps\/(?:app|thumbnail)|\/(?:theme|settings|webSettings|fontTable|styles|stylesWithEffects|numbering|tableStyles|presProps|viewProps|calcChain|metadata|vbaProject)\d{0,9}\.\w{1,20}$|^customXml\/itemProps/i

const SHARED_STRINGS = /(?:^|\/)sharedStrings\.xml$/i
const SHEET = /^xl\/(?:worksheets|chartsheets|macrosheets)\/[^/]+\.xml$/i
const EMBEDDED =
  /\/(?:embeddings|afchunk\w*|activeX)[/.]|\.(?:htm|html|mht|rtf|txt|docx?|xlsx?|pptx?|pdf)$/i
const PICTURE = /\/media\/[^/]+$/i
const LABELS = /^(?:docProps\/custom\.xml|docMetadata\/LabelInfo\.xml)$/i

/** Whether the files are an Office Open XML package (ECMA-376 part 2). */
export function isOfficePackage(files: readonly ZipFile[]): boolean {
  return files.some(({ name }) => name === '[Content_Types].xml')
}

/**
 * Reads a Word, Excel or PowerPoint document: body, tables, headers, notes, comments, what was
 * deleted and is still there, the title; files that are embedded are opened.
 *
 * Source  ECMA-376 part 1: WordprocessingML, SpreadsheetML, DrawingML. Strict and transitional
 *         documents differ in their namespaces only, which are not looked at.
 */
export async function readOfficePackage(
  files: readonly ZipFile[],
  walk: ExtractWalk,
): Promise<void> {
  const strings = await sharedStrings(files, walk)
  const { hasWords } = await walk.text(async sink => {
    for (const file of files.toSorted(byNumber)) {
      walk.checkTime()
      if (!isWords(file)) continue
      const events = SHEET.test(file.name) ? new SheetReader(sink, strings) : wordEvents(sink)
      await readXml(file.pieces(), events)
      sink.line()
    }
  })
  await walk.guarded(async () => {
    for (const file of files.filter(({ name }) => LABELS.test(name)))
      walk.sensitivityLabel(await purviewEntries(file.pieces()))
  })
  for (const file of files.filter(({ name }) => EMBEDDED.test(name) && !name.endsWith('.xml')))
    await walk.guarded(async () => walk.enter(file.name, await wholeFile(file)))
  if (!hasWords && files.some(({ name }) => PICTURE.test(name)))
    walk.unreadable('scan', 'the document holds pictures and no text')
}

function isWords({ name }: ZipFile): boolean {
  if (!/\.xml$/i.test(name) || LABELS.test(name) || SHARED_STRINGS.test(name)) return false
  return !WITHOUT_WORDS.test(name)
}

/** `slide2` before `slide10`. */
function byNumber(a: ZipFile, b: ZipFile): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true })
}

async function sharedStrings(
  files: readonly ZipFile[],
  walk: ExtractWalk,
): Promise<readonly string[]> {
  const file = files.find(({ name }) => SHARED_STRINGS.test(name))
  const strings: string[] = []
  if (file !== undefined)
    await walk.guarded(() => readSharedStrings(file.pieces(), strings, walk.limits.maxTextChars))
  return strings
}

/** Elements that hold text: runs, deleted runs, and those of docProps/core.xml. */
const TEXT = new Set(['t', 'delText', 'title', 'subject', 'description', 'keywords', 'v'])

const AFTER: ReadonlyMap<string, string> = new Map([
  ['p', '\n'],
  ['tr', '\n'],
  ['tc', '\t'],
  ['title', '\n'],
  ['subject', '\n'],
  ['description', '\n'],
  ['keywords', '\n'],
  // Points of a chart
  ['v', '\n'],
])

const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['tab', '\t'],
  ['br', '\n'],
  ['cr', '\n'],
  ['noBreakHyphen', '-'],
])

/** A word is cut into runs wherever its looks change, so runs are joined as they stand. */
function wordEvents(sink: TextSink): XmlEvents {
  let inText = 0
  return {
    open(name, attributes) {
      if (TEXT.has(name)) inText += 1
      const instead = INSTEAD.get(name)
      if (instead !== undefined) sink.add(instead)
      // What stands for a picture is read to those who do not see it.
      const described = name === 'docPr' || name === 'cNvPr' ? attributes['descr'] : undefined
      if (described !== undefined && described !== '') sink.add(`${described}\n`)
    },
    close(name) {
      if (TEXT.has(name)) inText -= 1
      const after = AFTER.get(name)
      if (after !== undefined) sink.add(after)
    },
    text(text) {
      if (inText > 0) sink.add(text)
    },
  }
}
