import { foldOnce } from '../fold-text.js'
import { placeOf, type ClassLabel, type Judge, type Passage } from '../judge.js'
import { Pace } from '../pace.js'
import { findTerms, hasMark, type Finds, type Hit } from './find-terms.js'
import type { Language } from './dictionary-schema.js'
import { findIcdCodes } from './icd-codes.js'
import { languagesOf } from './language.js'
import type { Folded } from '../folder.js'
import { labelsByWords } from '../words/labels-by-words.js'
import type { WordModel } from '../words/word-model.js'
import type { WordReader } from '../words/word-tally.js'
import type { Lexicon, Term } from './lexicon.js'
import { readProse, type Role } from './prose.js'
import { TermTally, type DomainThresholds } from './term-tally.js'

/** How words are weighed: by which terms, from which sums on, and how much answered mail counts. */
export interface DictionaryOptions {
  readonly lexicon: Lexicon
  /** By the name of a domain, in place of what its dictionary says. */
  readonly thresholds: DomainThresholds
  /** Of what stands in answered mail, how many parts in a hundred count. */
  readonly quotedPercent: number
  /** Characters of one message that are read. */
  readonly maxText: number
  /** What words weigh all together, which the shipped dictionaries are held to. */
  readonly learned?: LearnedWords
}

/** A model of words, and the domains that stand whatever it says: those of own dictionaries. */
export interface LearnedWords {
  readonly model: WordModel
  /** Begins to read the words of one message. */
  readonly begin: () => WordReader
  readonly ownDomains: ReadonlySet<string>
}

/** Prepares the search for words of the dictionaries; gives a function that makes one message's judge. */
export function dictionaryJudges(options: DictionaryOptions): () => Judge {
  return () => new DictionaryJudge(options)
}

/** Characters on each side of a term in which its `near` and `not_near` words are looked for. */
const REACH = 100

/** Subjects of mail that is sent on. */
const FORWARD = /^\s{0,9}(?:wg|fw|fwd|tr|i|wtr)\s{0,3}:/i

class DictionaryJudge implements Judge {
  readonly #options: DictionaryOptions
  readonly #tally: TermTally
  readonly #words: WordReader | undefined
  #left: number
  #isForward = false

  constructor(options: DictionaryOptions) {
    this.#options = options
    this.#tally = new TermTally(options.lexicon, options.thresholds)
    this.#words = options.learned?.begin()
    this.#left = options.maxText
  }

  get isFull(): boolean {
    return this.#left <= 0
  }

  async read(passage: Passage, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.isFull) return
    const { lexicon } = this.#options
    const { text, place, isMail = false } = passage
    const pace = new Pace(signal)
    const folded = await foldOnce(passage, this.#left, pace)
    this.#left -= text.length
    if (place === 'subject' && FORWARD.test(text)) this.#isForward = true
    const finds = await findTerms(folded, lexicon, pace)
    const hits = [...finds.hits, ...findIcdCodes(folded, finds, lexicon)]
    if (hits.length === 0 && this.#words === undefined) return
    const roleOf = isMail ? readProse(folded, finds, lexicon, this.#isForward) : isOwn
    if (this.#words !== undefined && place !== 'file name')
      await addWords(this.#words, folded, roleOf, passage, pace)
    const languages = languagesOf(finds.common)
    const known = hits.filter(({ term }) => speaks(lexicon.terms[term], languages))
    for (const hit of withoutInner(known, lexicon)) this.#count(hit, finds, roleOf, passage)
  }

  labels(): readonly ClassLabel[] {
    const labels = this.#tally.labels()
    const verdict = this.#words?.verdict()
    const { learned } = this.#options
    if (learned === undefined || verdict === undefined) return labels
    return labelsByWords(labels, verdict, learned)
  }

  #count(hit: Hit, finds: Finds, roleOf: (place: number) => Role, where: Passage): void {
    const term = this.#options.lexicon.terms[hit.term]
    if (term === undefined || !holds(term, hit, finds)) return
    const share = this.#shareOf(roleOf(hit.start), term)
    if (share > 0) this.#tally.add(hit.term, { share, where: placeOf(where) })
  }

  #shareOf(role: Role, term: Term): number {
    if (role === 'signature') return 0
    if (role === 'disclaimer') return term.inDisclaimers ? 0 : 1
    return role === 'quoted' ? this.#options.quotedPercent / 100 : 1
  }
}

/** Reads the words line by line: what is neither the sender's nor answered mail says nothing. */
async function addWords(
  words: WordReader,
  folded: Folded,
  roleOf: (place: number) => Role,
  passage: Passage,
  pace: Pace,
): Promise<void> {
  const { length, lines } = folded
  const where = placeOf(passage)
  let from = 0
  const take = (to: number): void => {
    if (to > from) words.add(folded, from, to, where)
  }
  for (const [index, start] of lines.starts.entries()) {
    const role = roleOf(start)
    if (role === 'signature' || role === 'disclaimer') {
      take(start)
      from = lines.starts[index + 1] ?? length
    } else if (start - from > STRETCH) {
      take(start)
      from = start
      await pace.step()
    }
  }
  take(length)
}

/** Characters whose words are looked up at a time. */
const STRETCH = 0x4000

function isOwn(): Role {
  return 'own'
}

/** Whether the words around a term let it count. */
function holds({ near, notNear }: Term, { start, end }: Hit, { marks }: Finds): boolean {
  const from = start - REACH
  const to = end + REACH
  if (near !== undefined && !hasMark(marks, near, from, to)) return false
  return !notNear.some(set => hasMark(marks, set, from, to))
}

function speaks(term: Term | undefined, languages: ReadonlySet<Language>): boolean {
  return term !== undefined && (term.isIcd || languages.has(term.language))
}

/**
 * Without terms that are a piece of a longer one (`Auszug` in `Kontoauszug`), and of several of one
 * domain at one place without all but the heaviest.
 */
function withoutInner(hits: readonly Hit[], { terms }: Lexicon): readonly Hit[] {
  const weight = ({ term }: Hit): number => terms[term]?.weight ?? 0
  const ordered = [...hits].sort(
    (a, b) => a.start - b.start || b.end - a.end || weight(b) - weight(a),
  )
  const kept: Hit[] = []
  let last: Hit | undefined
  let domains = new Set<number>()
  for (const hit of ordered) {
    const domain = terms[hit.term]?.domain ?? -1
    if (last !== undefined && hit.end <= last.end) {
      const isSame = hit.start === last.start && hit.end === last.end
      if (!isSame || domains.has(domain)) continue
    } else {
      last = hit
      domains = new Set()
    }
    domains.add(domain)
    kept.push(hit)
  }
  return kept
}
