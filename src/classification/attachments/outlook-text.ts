import type { OleFile } from '../../container/ole.js'
import { decodeText } from '../../message/charset.js'
import type { ExtractWalk } from './extract-walk.js'

/** Property and type as they stand in the name of a stream ([MS-OXMSG] 2.2.1). */
const SUBJECT = '0037'
const BODY = '1000'
const HTML = '1013'
const ATTACHED_DATA = '3701'
const ATTACHED_NAMES = ['3707', '3704']

const UNICODE = '001F'
const ANSI = '001E'
const BINARY = '0102'

/** Whether a compound file is a message of Outlook. */
export function isOutlookMessage(ole: OleFile): boolean {
  return ole.stream('__properties_version1.0') !== undefined
}

/**
 * Reads a mail that Outlook saved as a file (.msg): subject, text, attachments, mails in it.
 *
 * Throws  ERR_CONTAINER_… for what breaks off.
 * Source  [MS-OXMSG]
 */
export async function readOutlookMessage(ole: OleFile, walk: ExtractWalk): Promise<void> {
  const folders = new Set<string>()
  for (const { path } of ole.streams()) folders.add(path.slice(0, path.lastIndexOf('/') + 1))
  for (const folder of folders) {
    walk.checkTime()
    if (/__ATTACH_VERSION1\.0_#[0-9A-F]{8}\/$/.test(folder)) await readAttachment(ole, folder, walk)
    else if (folder === '' || folder.endsWith('/__SUBSTG1.0_3701000D/'))
      await readText(ole, folder, walk)
  }
}

async function readText(ole: OleFile, folder: string, walk: ExtractWalk): Promise<void> {
  walk.name('subject', (await stringOf(ole, folder, SUBJECT, walk)) ?? '')
  const text = await stringOf(ole, folder, BODY, walk)
  if (text !== undefined) await walk.text(sink => sink.add(text), { isMail: true })
  const html = await bytesOf(ole, `${folder}__SUBSTG1.0_${HTML}${BINARY}`, walk)
  if (html !== undefined) {
    const source = decodeText(html, undefined).text
    await walk.text(sink => sink.add(source), { isHtml: true, isMail: true })
  }
}

async function readAttachment(ole: OleFile, folder: string, walk: ExtractWalk): Promise<void> {
  walk.budget.takeEntries(1)
  let name = ''
  for (const property of ATTACHED_NAMES)
    name ||= (await stringOf(ole, folder, property, walk)) ?? ''
  walk.at(name).name('file name', name)
  const bytes = await bytesOf(ole, `${folder}__SUBSTG1.0_${ATTACHED_DATA}${BINARY}`, walk)
  if (bytes !== undefined) await walk.enter(name, bytes)
}

async function stringOf(
  ole: OleFile,
  folder: string,
  property: string,
  walk: ExtractWalk,
): Promise<string | undefined> {
  const wide = await bytesOf(ole, `${folder}__SUBSTG1.0_${property}${UNICODE}`, walk)
  if (wide !== undefined) return wide.toString('utf16le')
  const narrow = await bytesOf(ole, `${folder}__SUBSTG1.0_${property}${ANSI}`, walk)
  return narrow && decodeText(narrow, 'windows-1252').text
}

async function bytesOf(ole: OleFile, path: string, walk: ExtractWalk): Promise<Buffer | undefined> {
  const stream = ole.stream(path)
  if (stream === undefined) return undefined
  walk.budget.takeBytes(stream.size)
  return ole.read(stream, 0, stream.size)
}
