import { createDecipheriv } from 'node:crypto'
import { PDFDict, PDFHexString, PDFName, type PDFDocument } from '@cantoo/pdf-lib'
import { bug } from '../../errors.js'

/**
 * The key that streams of a document are encrypted with, once `encrypt` has been called: the library
 * makes it and has no door to it.
 *
 * Gives   32 bytes, proved by the entry Perms that is encrypted with it
 * Throws  ERR_BUG when the library does not keep it where it did
 * Source  ISO 32000-2, 7.6.4.4.12 (algorithm 13)
 */
export function fileKey({ context }: PDFDocument): Buffer {
  const key: unknown = Reflect.get(context.security ?? {}, 'encryptionKey')
  if (!(key instanceof Uint8Array) || key.length !== 32) return bug('a document without its key')
  const dict = context.lookup(context.trailerInfo.Encrypt, PDFDict)
  const perms = dict.lookup(PDFName.of('Perms'), PDFHexString).asBytes()
  const decipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  const said = decipher.update(perms)
  if (said.toString('latin1', 9, 12) !== 'adb') return bug('a document with another key')
  return Buffer.from(key)
}
