import type { SealedFile } from '../container/payload.js'
import type { InnerMessage } from '../inner-message.js'
import { PackedFile } from './packed-file.js'

/**
 * Packs the files of a message and the message itself, whole, in this order; the text that the pages
 * cannot show goes last.
 *
 * Throws  what `signal` is aborted with
 */
export async function packFiles(
  inner: InnerMessage,
  { files, whole }: { readonly files: readonly SealedFile[]; readonly whole: SealedFile },
  text: Buffer | undefined,
  signal: AbortSignal,
): Promise<readonly PackedFile[]> {
  signal.throwIfAborted()
  const message = new PackedFile(whole, () => inner.chunks())
  const packed = [...files.map(file => new PackedFile(file)), message]
  const own = text === undefined ? [] : [new PackedFile(asFile(text))]
  try {
    let at = 0
    for await (const piece of inner.chunks()) {
      signal.throwIfAborted()
      const start = at
      await Promise.all(packed.map(one => one.write(piece, start)))
      at += piece.length
    }
    for (const one of own) if (text !== undefined) await one.write(text, 0)
    for (const one of [...packed, ...own]) await one.end()
  } finally {
    for (const one of [...packed, ...own]) one.close()
  }
  return [...packed, ...own]
}

function asFile({ length }: Buffer): SealedFile {
  return {
    name: 'message.txt',
    type: 'text/plain',
    encoding: 'identity',
    start: 0,
    end: length,
    cid: null,
  }
}
