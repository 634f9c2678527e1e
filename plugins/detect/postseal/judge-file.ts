import {
  detectInLeaves,
  hasPdfLetterForm,
  hasZipLetterForm,
  isKnownCover,
  judgePdf,
  judgeZip,
  readWhole,
  referenceIn,
  type Finding,
  type Mail,
  type Part,
} from 'postseal/plugin'
import { coverBeside } from './cover-beside.js'

interface FileToJudge {
  readonly mail: Mail
  readonly part: Part
  /** Its first bytes. */
  readonly front: Buffer
  readonly config: { readonly max_size: number; readonly company: string; readonly contact: string }
  readonly signal: AbortSignal
}

/** One entry is enough for a letter. */
const ZIP_LIMITS = {
  max_depth: 0,
  max_entries: 100,
  max_unpacked: 1024 ** 2,
  max_key_rounds: 100_000,
}

/**
 * Whether a part is a letter of ours as PDF or ZIP: beside it a cover that says what ours say and no word
 * more, in it the form of ours and nothing else, and all of it encrypted.
 *
 * Gives   undefined for everything else; the detectors of these formats say what that is.
 */
export async function judgeFile(file: FileToJudge): Promise<Finding | undefined> {
  const { mail, part, front, config } = file
  const format = formatOf(front)
  if (format === undefined) return undefined
  const cover = await coverBeside(mail, part)
  const reference = cover && referenceIn(cover.text, format)
  if (cover === undefined || reference === undefined) return undefined
  const { company, contact } = config
  if (!isKnownCover(cover.text, { format, reference, company, contact })) return undefined
  const bytes = await readWhole(mail.decoded(part), config.max_size)
  if (bytes === undefined) return undefined
  const isLetter =
    format === 'pdf' ? await isPdfLetter(bytes) : await isZipLetter(file, bytes, reference)
  if (!isLetter) return undefined
  const why = `a sealed letter as ${format.toUpperCase()}`
  return { system: 'postseal', part: part.path, verdict: 'encrypted', why, accounts: [cover.path] }
}

function formatOf(front: Buffer): 'pdf' | 'zip' | undefined {
  const start = front.toString('latin1', 0, 5)
  if (start === '%PDF-') return 'pdf'
  return start.startsWith('PK\x03\x04') ? 'zip' : undefined
}

async function isPdfLetter(bytes: Buffer): Promise<boolean> {
  if (!hasPdfLetterForm(bytes)) return false
  return (await judgePdf(bytes))?.verdict === 'encrypted'
}

async function isZipLetter(
  { mail, part, signal }: FileToJudge,
  bytes: Buffer,
  reference: string,
): Promise<boolean> {
  if (!hasZipLetterForm(bytes, reference)) return false
  const judge = detectInLeaves(judgeZip, (_, one) => one === part, ZIP_LIMITS)
  const findings = await judge(mail, signal)
  return findings.length > 0 && findings.every(({ verdict }) => verdict === 'encrypted')
}
