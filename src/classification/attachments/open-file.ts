import { Budget } from '../../container/budget.js'
import { streamOf, viewOf } from '../../container/byte-view.js'
import { judgeCms } from '../../container/cms.js'
import { OleFile } from '../../container/ole.js'
import { judgeOpenPgp } from '../../container/openpgp.js'
import { readTnef } from '../../container/tnef.js'
import { decodeText } from '../../message/charset.js'
import { decodeHeaderText } from '../../message/encoded-word.js'
import { fieldsNamed } from '../../message/header-fields.js'
import { parseMail } from '../../message/parse-mail.js'
import { calendarText } from './calendar-text.js'
import { EXTRACT_LIMITS, type Extract, type ExtractLimits } from './extract.js'
import { ExtractWalk } from './extract-walk.js'
import { FORMAT_BYTES, formatOf, type FileFormat } from './file-format.js'
import { isOfficePackage, readOfficePackage } from './office-text.js'
import { isOpenDocumentPackage, readOpenDocument } from './open-document-text.js'
import { isOutlookMessage, readOutlookMessage } from './outlook-text.js'
import { readRtf } from './rtf-text.js'
import { wholeFile, zipFiles, type ZipFile } from './zip-files.js'

/**
 * Reads what a file says, and what the files in it say, whatever it is called.
 *
 * Gives   what was found before a limit was reached, and what could not be read. A file that is
 *         damaged, locked or hostile is a result, never an error.
 */
export async function extractFile(
  bytes: Buffer,
  limits: Partial<ExtractLimits> = {},
  now: () => number = () => performance.now(),
): Promise<readonly Extract[]> {
  const walk = ExtractWalk.start({ ...EXTRACT_LIMITS, ...limits }, openFile, now)
  await walk.guarded(() => openFile(bytes, '', walk))
  return walk.found
}

async function openFile(bytes: Buffer, _name: string, walk: ExtractWalk): Promise<void> {
  await READERS[formatOf(bytes.subarray(0, FORMAT_BYTES))](bytes, walk)
}

type Reader = (bytes: Buffer, walk: ExtractWalk) => Promise<void>

const READERS: Readonly<Record<FileFormat, Reader>> = {
  empty: async () => undefined,
  // Loaded when the first PDF file comes: it is larger than everything else here.
  pdf: async (bytes, walk) => (await import('./pdf-text.js')).readPdf(bytes, walk),
  zip: readZip,
  ole: readOle,
  rtf: async (bytes, walk) => void (await walk.text(sink => readRtf(bytes, sink))),
  tnef: readTnefFile,
  cryptogram: readCryptogram,
  calendar: async (bytes, walk) => {
    const text = calendarText(textOf(bytes))
    await walk.text(sink => sink.add(text))
  },
  mail: readMailFile,
  html: async (bytes, walk) => {
    await walk.text(sink => sink.add(textOf(bytes)), { isHtml: true })
  },
  text: async (bytes, walk) => {
    await walk.text(sink => sink.add(textOf(bytes)))
  },
  picture: async (_bytes, walk) => walk.unreadable('picture', 'a picture, a sound or a film'),
  archive: async (_bytes, walk) =>
    walk.unreadable('unknown-format', 'an archive of a form that is not opened'),
  unknown: async (_bytes, walk) => walk.unreadable('unknown-format', 'its format is not known'),
}

/** With a byte order mark as it says, else as UTF-8 where that is valid, else as Windows writes it. */
function textOf(bytes: Buffer): string {
  const mark = bytes.toString('latin1', 0, 2)
  const charset =
    mark === '\xff\xfe' ? 'utf-16le' : mark === '\xfe\xff' ? 'utf-16be' : zerosIn(bytes)
  return decodeText(bytes, charset).text
}

/** UTF-16 without a mark has a zero in each character of our scripts. */
function zerosIn(bytes: Buffer): string | undefined {
  const front = bytes.subarray(0, 64)
  if (!front.includes(0)) return undefined
  return front[0] === 0 ? 'utf-16be' : 'utf-16le'
}

async function readZip(bytes: Buffer, walk: ExtractWalk): Promise<void> {
  const files = await zipFiles(bytes, walk.budget)
  if (files === undefined) {
    walk.unreadable('damaged', 'the archive has no directory')
    return
  }
  if (isOfficePackage(files)) return readOfficePackage(files, walk)
  if (isOpenDocumentPackage(files)) return readOpenDocument(files, walk)
  for (const file of files) {
    walk.checkTime()
    await walk.guarded(() => readEntry(file, walk))
  }
}

async function readEntry(file: ZipFile, walk: ExtractWalk): Promise<void> {
  const inner = walk.at(file.name)
  inner.name('file name', file.name.slice(file.name.lastIndexOf('/') + 1))
  if (file.isEncrypted) inner.unreadable('encrypted', 'the entry is encrypted')
  else if (!file.canUnpack) inner.unreadable('unknown-format', 'its compression is not known')
  // A film is not unpacked to learn that it is one.
  else if (formatOf(await file.front()) === 'picture') await READERS.picture(Buffer.alloc(0), inner)
  else await walk.enter(file.name, await wholeFile(file))
}

async function readOle(bytes: Buffer, walk: ExtractWalk): Promise<void> {
  const { maxEntries, maxUnpackedBytes } = walk.limits
  const budget = new Budget({ maxEntries, maxUnpackedBytes })
  const ole = await OleFile.open(viewOf(bytes), budget)
  if (ole === undefined) return
  if (isOutlookMessage(ole)) return readOutlookMessage(ole, walk)
  const isEncrypted = ole.stream('EncryptedPackage') !== undefined
  if (isEncrypted) walk.unreadable('encrypted', 'the document is encrypted')
  else walk.unreadable('unknown-format', 'a document in the form of Office before 2007')
}

/** A CMS or OpenPGP message: what is only signed or compressed is opened. */
async function readCryptogram(bytes: Buffer, walk: ExtractWalk): Promise<void> {
  const wrapped: Buffer[] = []
  const judgement =
    (await judgeCms(streamOf(viewOf(bytes)), async content => {
      for await (const piece of content) {
        walk.budget.takeBytes(piece.length)
        wrapped.push(piece)
      }
      return { verdict: 'not-encrypted', why: 'the content is readable' }
    })) ?? (await judgeOpenPgp(streamOf(viewOf(bytes))))
  if (wrapped.length > 0) await walk.enter('signed content', Buffer.concat(wrapped))
  if (judgement?.verdict === 'unknown') walk.unreadable('damaged', 'a signed or encrypted message')
  else if (judgement !== undefined && judgement.verdict !== 'not-encrypted')
    walk.unreadable('encrypted', 'the message is encrypted')
}

async function readTnefFile(bytes: Buffer, walk: ExtractWalk): Promise<void> {
  const { texts, attachments } = readTnef(bytes)
  for (const { kind, bytes } of texts) {
    // The compressed form repeats what stands beside it.
    if (kind === 'rtf') continue
    const as = { isHtml: kind === 'html', isMail: true }
    await walk.text(sink => sink.add(textOf(bytes)), as)
  }
  for (const { name = '', bytes } of attachments) {
    walk.budget.takeEntries(1)
    walk.at(name).name('file name', name)
    await walk.enter(name, bytes)
  }
}

async function readMailFile(bytes: Buffer, walk: ExtractWalk): Promise<void> {
  const mail = parseMail(bytes)
  for (const part of mail.parts())
    for (const { value } of fieldsNamed(part, 'subject'))
      walk.name('subject', decodeHeaderText(value))
  for (const part of mail.leaves()) {
    walk.budget.takeEntries(1)
    walk.checkTime()
    const isText = part.fileName === undefined && /^text\/(?:plain|html)$/.test(part.type)
    const content: Buffer[] = []
    for await (const piece of mail.decoded(part)) content.push(piece)
    const decoded = Buffer.concat(content)
    if (isText) {
      const { text } = decodeText(decoded, part.charset)
      const as = { isHtml: part.type === 'text/html', isMail: true }
      await walk.text(sink => sink.add(text), as)
      continue
    }
    const name = part.fileName ?? ''
    walk.at(name).name('file name', name)
    await walk.enter(name, decoded)
  }
}
