import { GatewayError } from '../errors.js'
import type { Budget } from './budget.js'
import { looksLikeText } from './looks-like-text.js'
import type { Member } from './members.js'
import { judgeBinaryHeader } from './office-header.js'
import { KNOWN_PASSWORDS, opensXor } from './office-password.js'
import type { OleFile, OleStream } from './ole.js'

/** Longest header of an encryption in the old formats; the name of a provider is the most of it. */
const HEADER_LIMIT = 4096

/** Bytes at the front of a text; behind a short one stands what is no text. */
const SHORT_TEXT = 128

const READABLE: Member = { state: 'readable', why: 'its content is not encrypted' }
const FORGED: Member = { state: 'readable', why: 'it claims to be encrypted and can be read' }

/** First two bytes of Word 97 and later, and of Word 6 and 95. */
const WORD_MARKS = new Set([0xa5ec, 0xa5dc])

/**
 * Judges a Word document of 1997 to 2003.
 *
 * Source  [MS-DOC] 2.5.2 and 2.2.6
 */
export async function judgeWord(ole: OleFile, budget: Budget): Promise<Member | undefined> {
  const document = ole.stream('WordDocument')
  if (document === undefined) return undefined
  const base = await ole.read(document, 0, 32)
  if (base.length < 32) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  if (!WORD_MARKS.has(base.readUInt16LE(0))) return undefined
  const flags = base.readUInt16LE(10)
  if ((flags & 0x0100) === 0) return READABLE
  for (const at of [0x200, base.readUInt32LE(24)]) {
    const sample = await ole.read(document, at, 4096)
    if (looksLikeText(sample) || looksLikeText(sample.subarray(0, SHORT_TEXT))) return FORGED
  }
  const table = ole.stream((flags & 0x0200) === 0 ? '0Table' : '1Table')
  if ((flags & 0x8000) !== 0 || table === undefined) return { state: 'weak', why: 'XOR' }
  return judgeBinaryHeader(await ole.read(table, 0, HEADER_LIMIT), budget)
}

/** Records of a workbook ([MS-XLS] 2.3). */
const BOF = 0x0809
const FILEPASS = 0x002f
const WRITEACCESS = 0x005c
const RECORD_LIMIT = 200

/** Judges an Excel workbook, of 1997 to 2003 or of 1995, by its first records ([MS-XLS] 2.4.117). */
export async function judgeWorkbook(
  ole: OleFile,
  name: 'Workbook' | 'Book',
  budget: Budget,
): Promise<Member | undefined> {
  const stream = ole.stream(name)
  if (stream === undefined) return undefined
  let pass: Buffer | undefined
  for await (const { id, body } of records(ole, stream)) {
    if (id === FILEPASS) pass ??= body
    if (id === WRITEACCESS && pass !== undefined && isFilled(body)) return FORGED
  }
  if (pass === undefined) return READABLE
  if (pass.length < 4) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  if (pass.length === 4) return judgeXor(pass.readUInt16LE(2))
  const kind = pass.readUInt16LE(0)
  if (kind === 0 && pass.length === 6) return judgeXor(pass.readUInt16LE(4))
  if (kind === 1) return judgeBinaryHeader(pass.subarray(2), budget)
  return { state: 'unknown', why: 'the kind of its encryption is not known' }
}

/** The name of whoever wrote the file last, filled with spaces; no cipher leaves them alike. */
function isFilled(body: Buffer): boolean {
  return body.length >= 32 && body.subarray(-16).every(byte => byte === 0x20)
}

function judgeXor(verifier: number): Member {
  return KNOWN_PASSWORDS.some(password => opensXor(verifier, password))
    ? { state: 'readable', why: 'it opens with a password that everybody knows, or none' }
    : { state: 'weak', why: 'XOR' }
}

async function* records(
  ole: OleFile,
  stream: OleStream,
): AsyncGenerator<{ readonly id: number; readonly body: Buffer }, void, void> {
  let at = 0
  for (let index = 0; index < RECORD_LIMIT && at < stream.size; index += 1) {
    const head = await ole.read(stream, at, 4)
    if (head.length < 4) return
    const id = head.readUInt16LE(0)
    if (index === 0 && id !== BOF)
      throw new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'no workbook starts here' })
    const size = head.readUInt16LE(2)
    const isWanted = id === FILEPASS || id === WRITEACCESS
    yield { id, body: isWanted ? await ole.read(stream, at + 4, size) : Buffer.alloc(0) }
    at += 4 + size
  }
}

/** What a presentation begins with: a record that holds others, and its type ([MS-PPT] 2.13.24). */
const DOCUMENT = Buffer.from([0x0f, 0x00, 0xe8, 0x03])
const ENCRYPTED_TOKEN = 0xf3d1c4df
const CRYPT_SESSION = 0x2f14

/** Bytes at the end of a presentation in which its last edit and the session lie. */
const TAIL_BYTES = 64 * 1024

/** Judges a PowerPoint presentation of 1997 to 2003 ([MS-PPT] 2.3.2, 2.3.7). */
export async function judgePresentation(ole: OleFile, budget: Budget): Promise<Member | undefined> {
  const document = ole.stream('PowerPoint Document')
  const user = ole.stream('Current User')
  if (document === undefined || user === undefined) return undefined
  const head = await ole.read(user, 0, 20)
  if (head.length < 20) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  const isSaid = head.readUInt32LE(12) === ENCRYPTED_TOKEN
  if (!isSaid && ole.stream('EncryptedSummary') === undefined) return READABLE
  if ((await ole.read(document, 0, 4)).equals(DOCUMENT)) return FORGED
  const session = await cryptSession(ole, document)
  return session === undefined
    ? { state: 'unknown', why: 'its encryption is not described' }
    : judgeBinaryHeader(session, budget)
}

/** The header of the encryption: a record near the end that is not encrypted itself. */
async function cryptSession(ole: OleFile, document: OleStream): Promise<Buffer | undefined> {
  const from = Math.max(0, document.size - TAIL_BYTES)
  const tail = await ole.read(document, from, TAIL_BYTES)
  const mark = Buffer.from([CRYPT_SESSION & 0xff, CRYPT_SESSION >> 8])
  for (let at = tail.indexOf(mark); at >= 0; at = tail.indexOf(mark, at + 1)) {
    if (at + 6 > tail.length) break
    const size = tail.readUInt32LE(at + 2)
    const body = tail.subarray(at + 6, at + 6 + size)
    if (size > HEADER_LIMIT || body.length < size || size < 8) continue
    if (body.readUInt16LE(2) === 2 && body.readUInt16LE(0) <= 4) return body
  }
  return undefined
}
