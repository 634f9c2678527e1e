import { decodeHeaderText } from '../message/encoded-word.js'
import type { Mail } from '../message/mail.js'
import type { Passage } from './judge.js'
import { textFile } from './text-file.js'

/**
 * What a message says without its attachments being opened.
 *
 * Gives   subjects and file names first, those of attached messages too, then texts, then attached
 *         files that are text by name and bytes; each cut at `maxBytesPerPart`.
 */
export async function* mailPassages(mail: Mail, maxBytesPerPart: number): AsyncGenerator<Passage> {
  for (const { path, fields, fileName } of mail.parts()) {
    for (const { name, value } of fields) {
      if (name.toLowerCase() !== 'subject') continue
      yield { path, place: 'subject', text: decodeHeaderText(value) }
    }
    if (fileName !== undefined) yield { path, place: 'file name', text: fileName }
  }
  for await (const { part, path, kind, text, cut } of mail.textParts({ maxBytesPerPart })) {
    const isMail = part.fileName === undefined && kind !== 'other'
    yield { path, place: 'text', text, isHtml: kind === 'html', isMail, isCut: cut }
  }
  for (const part of mail.leaves()) {
    const file = await textFile(mail, part, maxBytesPerPart)
    if (file === undefined) continue
    const { text, isHtml, isCut } = file
    yield { path: part.path, place: 'file', text, isHtml, isCut }
  }
}
