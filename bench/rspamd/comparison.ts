import type { Verdict } from '../../src/policy/model.js'

/** What both said of one sample. */
export interface Row {
  readonly name: string
  readonly label: Verdict | undefined
  readonly isWrapped: boolean
  /** All symbols of rspamd. */
  readonly symbols: readonly string[]
  readonly verdict: Verdict
}

/** Symbols by which rspamd says that something is encrypted. */
const SAYS_ENCRYPTED: ReadonlySet<string> = new Set([
  'ENCRYPTED_PGP',
  'ENCRYPTED_SMIME',
  'MIME_ENCRYPTED_ARCHIVE',
  'PDF_ENCRYPTED',
])

/** Symbols that speak of signatures, or of what encryption does to a mail. */
const SPEAKS_OF_IT: ReadonlySet<string> = new Set([
  ...SAYS_ENCRYPTED,
  'BOGUS_ENCRYPTED_AND_TEXT',
  'MIME_OBFUSCATED_ARCHIVE',
  'SIGNED_PGP',
  'SIGNED_SMIME',
])

/** What of rspamd's symbols has to do with encryption. */
export function tellingSymbols({ symbols }: Row): readonly string[] {
  return symbols.filter(symbol => SPEAKS_OF_IT.has(symbol))
}

/** Whether something in a mail needs a key, as each of them says; ours may say that it can't tell. */
export function answersOf({ symbols, verdict }: Row): {
  readonly ours: boolean | undefined
  readonly theirs: boolean
} {
  return {
    ours: isProtected(verdict),
    theirs: symbols.some(symbol => SAYS_ENCRYPTED.has(symbol)),
  }
}

export type Outcome = 'both' | 'only Postseal' | 'only rspamd' | 'neither'

/** Who is right; undefined where nobody knows what is right. */
export function outcomeOf(row: Row): Outcome | undefined {
  const right = row.label === undefined ? undefined : isProtected(row.label)
  if (right === undefined) return undefined
  const { ours, theirs } = answersOf(row)
  if (ours === right) return theirs === right ? 'both' : 'only Postseal'
  return theirs === right ? 'only rspamd' : 'neither'
}

/** Something weakly or partly protected is protected; what is unknown is neither. */
function isProtected(verdict: Verdict): boolean | undefined {
  return verdict === 'unknown' ? undefined : verdict !== 'not-encrypted'
}

/** Samples of one kind, counted. */
export interface Total {
  readonly kind: string
  readonly samples: number
  readonly outcomes: ReadonlyMap<Outcome, number>
  /** Samples without a right answer. */
  readonly uncounted: number
}

/** Totals by kind, which is the folder that a sample lies in, and of all at the end. */
export function totalsOf(rows: readonly Row[]): readonly Total[] {
  const kindOf = ({ name }: Row): string => (name.includes('/') ? (name.split('/')[0] ?? '') : '.')
  const kinds = [...new Set(rows.map(kindOf))].sort()
  const totals = kinds.map(kind =>
    totalOf(
      kind,
      rows.filter(row => kindOf(row) === kind),
    ),
  )
  return totals.length === 1 ? [totalOf('all', rows)] : [...totals, totalOf('all', rows)]
}

function totalOf(kind: string, rows: readonly Row[]): Total {
  const outcomes = new Map<Outcome, number>()
  for (const outcome of rows.map(outcomeOf))
    if (outcome !== undefined) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  const counted = [...outcomes.values()].reduce((sum, count) => sum + count, 0)
  return { kind, samples: rows.length, outcomes, uncounted: rows.length - counted }
}

/** How one of them is wrong, counted over all samples with a right answer. */
export interface Mistakes {
  /** Something is protected, and it was not seen. */
  readonly missed: number
  /** Nothing is protected, and it was said that something is. */
  readonly invented: number
  /** There is a right answer, and none was given. */
  readonly undecided: number
}

export function mistakesOf(rows: readonly Row[], whose: 'ours' | 'theirs'): Mistakes {
  const count = (right: boolean, said: boolean | undefined): number =>
    rows.filter(
      row =>
        row.label !== undefined &&
        isProtected(row.label) === right &&
        answersOf(row)[whose] === said,
    ).length
  return {
    missed: count(true, false),
    invented: count(false, true),
    undecided: count(true, undefined) + count(false, undefined),
  }
}
