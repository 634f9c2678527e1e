import { GatewayError } from '../../errors.js'
import type { Verdict } from '../../policy/model.js'
import { isKnownCover } from '../known-cover.js'
import { KNOWN_PAGES } from './known-pages.js'
import { readStyle, type PageStyle } from './letter-style.js'
import { DATA_MARK, pageHash } from './page.js'
import { readLetterFile, saysLetter, type LetterFile } from './read-letter-file.js'

/** What is said of a file that says it is a letter. */
export interface LetterJudgement {
  readonly verdict: Verdict
  readonly why: string
  /** What its cover says, where the letter is one of ours. */
  readonly cover?: { readonly reference: string; readonly style: PageStyle }
}

export interface LetterTest {
  /** Whether what should be ciphertext can be read. */
  readonly looksReadable: (bytes: Buffer) => boolean
  readonly signal: AbortSignal
}

/**
 * Whether a file is a sealed letter, by its structure: a header of version 1, ciphertext as long as it
 * says, the code, and around it a page of ours and nothing else.
 *
 * Gives   undefined for a file that doesn't say that it is one.
 */
export async function judgeLetter(
  file: Buffer,
  { looksReadable, signal }: LetterTest,
): Promise<LetterJudgement | undefined> {
  if (!saysLetter(file)) return undefined
  if (!file.includes(DATA_MARK))
    return { verdict: 'not-encrypted', why: 'a page that is called a sealed letter and holds none' }
  const letter = await readLetterFile(file, signal).catch(reasonOf)
  if (typeof letter === 'string') return { verdict: 'unknown', why: letter }
  if (looksReadable(letter.ciphertext))
    return { verdict: 'not-encrypted', why: 'what should be ciphertext can be read' }
  const style = readStyle(letter.style)
  if (style === undefined || !isOurs(letter))
    return { verdict: 'partial', why: 'a sealed letter in a page that is not one of ours' }
  const { reference } = letter.header
  return { verdict: 'encrypted', why: 'a sealed letter', cover: { reference, style } }
}

/**
 * Whether a text is the cover of this letter and nothing else: of what it says, only the sender's
 * address is not known from the letter.
 */
export function isLetterCover(
  text: string,
  { reference, style }: NonNullable<LetterJudgement['cover']>,
): boolean {
  const { language, company, contact } = style
  return isKnownCover(text, { format: 'html', reference, company, contact, languages: [language] })
}

function isOurs({ before, after }: LetterFile): boolean {
  return KNOWN_PAGES.has(pageHash(before, after.trimEnd()))
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof GatewayError && thrown.code === 'ERR_SEAL_MALFORMED') return thrown.message
  throw thrown
}
