import type { ExtractWalk } from './extract-walk.js'
import type { TextSink } from './text-sink.js'
import { readXml, type XmlEvents } from './xml-events.js'
import { wholeFile, type ZipFile } from './zip-files.js'

const CONTENT = 'content.xml'
const MANIFEST = 'META-INF/manifest.xml'
const PICTURE = /^Pictures\/[^/]+$/

/** Whether the files are an OpenDocument package (OpenDocument 1.3, part 2). */
export function isOpenDocumentPackage(files: readonly ZipFile[]): boolean {
  return [CONTENT, MANIFEST].every(wanted => files.some(({ name }) => name === wanted))
}

/** Reads a text, table or presentation in the form of OpenDocument, with its notes and headers. */
export async function readOpenDocument(
  files: readonly ZipFile[],
  walk: ExtractWalk,
): Promise<void> {
  if (await isEncrypted(files, walk)) {
    walk.unreadable('encrypted', 'the document is encrypted')
    return
  }
  const { hasWords } = await walk.text(async sink => {
    for (const file of files) {
      walk.checkTime()
      const within = WITHIN.find(([name]) => file.name === name || file.name.endsWith(`/${name}`))
      if (within === undefined) continue
      await readXml(file.pieces(), documentEvents(sink, within[1]))
      sink.line()
    }
  })
  if (!hasWords && files.some(({ name }) => PICTURE.test(name)))
    walk.unreadable('scan', 'the document holds pictures and no text')
}

/** Elements in which the words stand; the rest are styles with letters in them. */
const WITHIN: readonly (readonly [string, ReadonlySet<string>])[] = [
  [CONTENT, new Set(['body'])],
  ['styles.xml', new Set(['master-styles'])],
  ['meta.xml', new Set(['title', 'subject', 'description', 'keyword', 'user-defined'])],
]

const AFTER: ReadonlyMap<string, string> = new Map([
  ['p', '\n'],
  ['h', '\n'],
  ['table-row', '\n'],
  ['title', '\n'],
  ['subject', '\n'],
  ['description', '\n'],
  ['keyword', '\n'],
  ['user-defined', '\n'],
])

const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['tab', '\t'],
  ['line-break', '\n'],
  ['s', ' '],
])

function documentEvents(sink: TextSink, within: ReadonlySet<string>): XmlEvents {
  let inside = 0
  let inCell = 0
  return {
    open(name) {
      if (within.has(name)) inside += 1
      if (name === 'table-cell') inCell += 1
      const instead = INSTEAD.get(name)
      if (instead !== undefined && inside > 0) sink.add(instead)
    },
    close(name) {
      if (within.has(name)) inside -= 1
      if (name === 'table-cell') {
        inCell -= 1
        sink.add('\t')
      }
      const after = AFTER.get(name)
      // A cell holds paragraphs; the cells of a row belong on one line.
      if (after !== undefined) sink.add(inCell > 0 ? ' ' : after)
    },
    text(text) {
      if (inside > 0) sink.add(text)
    },
  }
}

/** Encrypted files are written so that the package is a plain archive; the manifest tells. */
async function isEncrypted(files: readonly ZipFile[], walk: ExtractWalk): Promise<boolean> {
  const manifest = files.find(({ name }) => name === MANIFEST)
  let found = false
  if (manifest !== undefined)
    await walk.guarded(async () => {
      found = (await wholeFile(manifest)).includes('encryption-data')
    })
  return found
}
