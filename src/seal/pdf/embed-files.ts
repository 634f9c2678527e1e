import { PDFHexString, PDFName, type PDFDocument } from '@cantoo/pdf-lib'
import type { LaterStream } from './appended-streams.js'
import type { PackedFile } from './packed-file.js'

/**
 * Names files in a document as embedded; their streams are to follow behind it.
 *
 * Source  ISO 32000-2, 7.11.3 (file specifications), 7.7.4 and 7.9.6 (the tree of names, in order)
 */
export function embedFiles(
  document: PDFDocument,
  files: readonly { readonly name: string; readonly packed: PackedFile }[],
): readonly LaterStream[] {
  const { context, catalog } = document
  const embedded = files.map(({ name, packed }) => {
    const stream = context.nextRef()
    const text = PDFHexString.fromText(name)
    const spec = context.register(
      context.obj({ Type: 'Filespec', F: text, UF: text, EF: { F: stream } }),
    )
    return { text, spec, later: { object: stream.objectNumber, packed } }
  })
  const inOrder = embedded.toSorted((one, other) =>
    Buffer.compare(one.text.asBytes(), other.text.asBytes()),
  )
  const tree = inOrder.flatMap(({ text, spec }) => [text, spec])
  // An object of its own: what stands in the catalog itself is not encrypted by the library.
  const names = context.register(context.obj({ EmbeddedFiles: { Names: tree } }))
  catalog.set(PDFName.of('Names'), names)
  catalog.set(PDFName.of('AF'), context.obj(embedded.map(({ spec }) => spec)))
  return embedded.map(({ later }) => later)
}
