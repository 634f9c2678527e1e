import { Budget } from './budget.js'
import { PDF_HEAD_BYTES } from './container-front.js'
import { guardWalk } from './guard.js'
import type { Judgement } from './judgement.js'
import { looksReadable } from './looks-readable.js'
import { countStreams } from './pdf-ciphertext.js'
import { PdfFile } from './pdf-file.js'
import { judgeLock, type PdfProtection } from './pdf-lock.js'
import { embeddedPdfs, encryptedPayload } from './pdf-payload.js'
import { isDictionary, type PdfDictionary } from './pdf-syntax.js'

/** A judgement on a PDF file; `isRights` when Rights Management protects it. */
export interface PdfJudgement extends Judgement {
  readonly isRights: boolean
}

/** PDF files inside each other. */
const DEPTH_LIMIT = 3

/** Bytes that the streams of one file, and of those inside it, may be inflated to. */
const UNPACKED_LIMIT = 256 * 1024 * 1024

/** Encryption dictionaries of one file that are tried. */
const LOCK_LIMIT = 50

/**
 * Judges a PDF file by its encryption dictionary, by trying the empty passwords, and by looking
 * whether its streams are ciphertext.
 *
 * Gives   undefined when the bytes are no PDF; `partial` for one that is protected in part;
 *         `unknown` for what is damaged so that readers may disagree.
 */
export async function judgePdf(
  bytes: Buffer,
  budget = new Budget({ maxUnpackedBytes: UNPACKED_LIMIT }),
): Promise<PdfJudgement | undefined> {
  const found = await judgeAt(bytes, 1, budget)
  return found && { ...found, why: `PDF: ${found.why}` }
}

async function judgeAt(
  bytes: Buffer,
  depth: number,
  budget: Budget,
): Promise<PdfJudgement | undefined> {
  const start = bytes.subarray(0, PDF_HEAD_BYTES + 8).indexOf('%PDF-')
  if (start < 0) return undefined
  if (start > 0 && !bytes.includes(' obj')) return undefined
  const judged = await guardWalk('damaged', async () => {
    const file = await PdfFile.open(bytes.subarray(start), budget)
    return judgeFile(file, isBlank(bytes.subarray(0, start)), depth)
  })
  return 'isRights' in judged ? judged : conclusion(judged.verdict, judged.why)
}

async function judgeFile(
  file: PdfFile,
  hasCleanStart: boolean,
  depth: number,
): Promise<PdfJudgement> {
  const [trailer] = file.trailers
  if (trailer === undefined) return conclusion('unknown', 'no trailer can be found')
  const locked = file.trailers.filter(each => (each.get('Encrypt') ?? null) !== null)
  // Readers of a damaged file choose another of its trailers each: what its streams are, decides.
  const isLocked = file.isIntact ? locked.includes(trailer) : locked.length > 0
  if (!isLocked) return judgeReadable(file, locked.length > 0, hasCleanStart, depth)
  if (file.hidesLock) return conclusion('unknown', 'what protects it cannot be found')
  return judgeProtected(file, locked, hasCleanStart)
}

/** A file that needs no key; what it carries may need one. */
async function judgeReadable(
  file: PdfFile,
  wasLocked: boolean,
  hasCleanStart: boolean,
  depth: number,
): Promise<PdfJudgement> {
  const payload = await encryptedPayload(file)
  if (payload !== undefined) {
    const judged = await judgePayload(payload.subtype, payload.bytes, depth, file.budget)
    const isGuarded = judged.verdict === 'encrypted' || judged.verdict === 'weak'
    if (!isGuarded) return judged
    if (payload.hasText)
      return {
        ...judged,
        verdict: 'partial',
        why: `${judged.why}; the wrapper holds text of its own`,
      }
    return notAlone(file, hasCleanStart, judged) ?? judged
  }
  if (wasLocked) return conclusion('not-encrypted', 'the protection was taken off')
  if (depth < DEPTH_LIMIT) {
    for await (const bytes of embeddedPdfs(file)) {
      const inner = await judgeAt(bytes, depth + 1, file.budget)
      if (inner !== undefined && ['encrypted', 'weak', 'partial'].includes(inner.verdict))
        return conclusion('partial', `a protected file inside a readable one (${inner.why})`)
    }
  }
  return conclusion('not-encrypted', 'it is not encrypted')
}

/** The wrapper itself says only that a reader is needed; what counts is what it carries. */
async function judgePayload(
  subtype: string,
  bytes: Buffer,
  depth: number,
  budget: Budget,
): Promise<PdfJudgement> {
  const isRights = subtype === 'MicrosoftIRMServices'
  const inner = depth < DEPTH_LIMIT ? await judgeAt(bytes, depth + 1, budget) : undefined
  if (inner !== undefined) return { ...inner, why: `a wrapper around a file: ${inner.why}` }
  if (!isRights) return conclusion('unknown', 'a wrapper whose cipher is not known')
  if (bytes.length < 32 || looksReadable(bytes))
    return conclusion('not-encrypted', 'a wrapper around a readable payload')
  return conclusion('encrypted', 'a wrapper around a payload of Rights Management', true)
}

async function judgeProtected(
  file: PdfFile,
  trailers: readonly PdfDictionary[],
  hasCleanStart: boolean,
): Promise<PdfJudgement> {
  const locks: PdfProtection[] = []
  for (const trailer of trailers.slice(0, LOCK_LIMIT)) {
    const dictionary = await file.resolve(trailer.get('Encrypt'))
    if (!isDictionary(dictionary)) return conclusion('unknown', 'what protects it cannot be found')
    locks.push(await judgeLock(file, dictionary, await file.resolve(trailer.get('ID'))))
  }
  const lock = locks.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict))[0]
  if (lock === undefined) return conclusion('unknown', 'what protects it cannot be found')
  const { verdict, why, isRights } = lock
  if (verdict === 'not-encrypted' || verdict === 'unknown') return conclusion(verdict, why)
  const { hidden, readable } = await countStreams(file.bytes, lock.encryptsMetadata)
  if (hidden === 0 && readable > 0)
    return conclusion('not-encrypted', 'it says that it is encrypted, and is not')
  if (hidden === 0) return conclusion('unknown', 'nothing in it is encrypted')
  if (verdict === 'partial') return conclusion('partial', why, isRights)
  if (readable > 0) return conclusion('partial', `${why}; ${readable} stream(s) are readable`)
  return notAlone(file, hasCleanStart, lock) ?? conclusion(verdict, why, isRights)
}

/** What to say of a protected file that breaks off, or is not all that is there; undefined of another. */
function notAlone(
  file: PdfFile,
  hasCleanStart: boolean,
  { why, isRights }: Pick<PdfJudgement, 'why' | 'isRights'>,
): PdfJudgement | undefined {
  const end = file.bytes.lastIndexOf('%%EOF')
  if (end < 0) return conclusion('unknown', 'it breaks off')
  if (hasCleanStart && isBlank(file.bytes.subarray(end + 5))) return undefined
  return conclusion('partial', `${why}; something stands before or behind the file`, isRights)
}

/** The worst of several protections counts. */
const ORDER = ['not-encrypted', 'unknown', 'partial', 'weak', 'encrypted']

function conclusion(verdict: PdfJudgement['verdict'], why: string, isRights = false): PdfJudgement {
  return { verdict, why, isRights }
}

/** Line breaks, zeros and the like, which programs leave around a file. */
function isBlank(bytes: Buffer): boolean {
  return bytes.every(
    byte => byte === 0 || byte === 0x1a || (byte >= 9 && byte <= 13) || byte === 0x20,
  )
}
