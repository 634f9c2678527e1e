import type {
  ContentVerdict,
  Coverage,
  Finding,
  ReadableContent,
  ReadablePiece,
  System,
  Verdict,
} from './model.js'

/** What the findings make of one piece of the message. */
type State = 'strong' | 'weak' | 'partial' | 'readable' | 'nothing'

/** Systems that no password opens: one in the text is not the password for their content. */
const WITHOUT_PASSWORD: ReadonlySet<System> = new Set(['smime', 'rms'])

/** Systems whose content travels inside a file of another format, and that only profiles report. */
const CARRIED: ReadonlySet<System> = new Set(['seppmail', 'cryptshare', 'ftapi', 'spx'])

/**
 * The verdict on a message as a whole: what is protected, and is anything readable beside it?
 *
 * Decided once, over every leaf, alternative, preamble, epilogue, nested message and inline image,
 * in this order: a password for the content in the same mail makes it `not-encrypted`; then
 * `unknown`; then `weak` when all protection is weak; then `partial`; else `encrypted`. File names
 * are named and lower nothing. A weakly protected piece beside a strong one counts as readable.
 */
export function coverage(readable: ReadableContent, findings: readonly Finding[]): ContentVerdict {
  const parts = Object.freeze([...findings].sort(byPath).map(partOf))
  const leaves = new Set(readable.pieces.filter(isLeaf).map(({ path }) => path))
  const placed = findings.filter(({ part }) => leaves.has(part))
  const verdictOf = (verdict: Verdict, extent: Coverage, why: string): ContentVerdict =>
    Object.freeze({ ...protectionOf(verdict, placed), verdict, coverage: extent, parts, why })

  const states = readable.pieces.map(piece => ({ piece, state: stateOf(piece, findings) }))
  const pathsWith = (...wanted: State[]): string[] =>
    states.filter(({ state }) => wanted.includes(state)).map(({ piece }) => placeOf(piece))
  const protectedAt = pathsWith('strong', 'weak', 'partial')
  const weakAt = pathsWith('weak')
  const openAt = pathsWith('readable', 'partial')

  const { passwordAt } = readable
  if (passwordAt !== undefined && findings.some(hasPassword))
    return verdictOf('not-encrypted', 'none', `a password stands in the same mail (${passwordAt})`)
  const doubt = doubtIn(readable, findings, protectedAt.length > 0)
  const allWeak = protectedAt.length > 0 && weakAt.length === protectedAt.length
  const extent = extentOf(states, allWeak)
  if (doubt !== undefined) return verdictOf('unknown', extent, doubt)
  if (protectedAt.length === 0) return verdictOf('not-encrypted', 'none', reasonFor(findings))
  if (allWeak && (readable.form === 'mail' || openAt.length === 0))
    return verdictOf('weak', extent, `all protection is weak: ${listed(weakAt)}`)
  if (openAt.length > 0 || weakAt.length > 0) {
    const open = [...openAt, ...weakAt.map(path => `${path} (weak)`)]
    return verdictOf('partial', extent, `readable beside protected content: ${listed(open)}`)
  }
  return verdictOf('encrypted', 'whole', `all content is protected${namesIn(readable)}`)
}

/** The weakest thing that was said of a piece, and whether something readable is left over. */
function stateOf(piece: ReadablePiece, findings: readonly Finding[]): State {
  if (!isLeaf(piece)) return leftover(piece)
  if (findings.some(({ accounts }) => accounts?.includes(piece.path))) return 'nothing'
  const here = decisive(findings.filter(({ part }) => part === piece.path))
  const verdicts = new Set(here.map(({ verdict }) => verdict))
  const guarded = verdicts.has('encrypted') || verdicts.has('weak') || verdicts.has('partial')
  if (!guarded) return leftover(piece)
  // Two detectors that disagree about the same bytes: whoever reads it their way can read it.
  if (verdicts.has('partial') || verdicts.has('not-encrypted')) return 'partial'
  const wholly = here.some(({ ranges }) => ranges === undefined)
  if (!wholly && leftover(piece) === 'readable') return 'partial'
  return verdicts.has('weak') ? 'weak' : 'strong'
}

/**
 * What counts of the findings on one piece. A vendor profile knows the file that carries its
 * product's content, which for the detector of its format is a file like any other.
 */
function decisive(findings: readonly Finding[]): readonly Finding[] {
  if (!findings.some(({ system }) => CARRIED.has(system))) return findings
  return findings.filter(
    ({ system, verdict }) => CARRIED.has(system) || verdict !== 'not-encrypted',
  )
}

function leftover({ hasContent }: ReadablePiece): State {
  return hasContent ? 'readable' : 'nothing'
}

/** Why the message cannot be decided; a finding counts wherever it is. */
function doubtIn(
  readable: ReadableContent,
  findings: readonly Finding[],
  isProtected: boolean,
): string | undefined {
  const [undecidable] = readable.undecidable
  if (undecidable !== undefined) return `${undecidable.path}: ${undecidable.why}`
  const unknown = findings.find(({ verdict }) => verdict === 'unknown')
  if (unknown !== undefined) return `${unknown.part}: ${unknown.why}`
  const ambiguous = readable.ambiguous.find(
    ({ mayHideProtection }) => isProtected || mayHideProtection === true,
  )
  return ambiguous && `${ambiguous.path}: ${ambiguous.why}`
}

function extentOf(
  states: readonly { readonly piece: ReadablePiece; readonly state: State }[],
  allWeak: boolean,
): Coverage {
  const isGuarded = (state: State): boolean => state === 'strong' || (allWeak && state === 'weak')
  const meant = states.filter(({ state }) => state !== 'nothing')
  if (!meant.some(({ state }) => isGuarded(state) || state === 'partial')) return 'none'
  const allIn = (isAttachment: boolean): boolean => {
    const some = meant.filter(({ piece }) => (piece.place === 'attachment') === isAttachment)
    return some.length > 0 && some.every(({ state }) => isGuarded(state))
  }
  if (meant.every(({ state }) => isGuarded(state))) return 'whole'
  if (allIn(false)) return 'body'
  return allIn(true) ? 'attachments' : 'part'
}

/** System and strength of the weakest protected part. */
function protectionOf(
  verdict: Verdict,
  findings: readonly Finding[],
): Pick<ContentVerdict, 'system' | 'strength'> {
  if (verdict === 'not-encrypted') return { system: null, strength: 'none' }
  const weakest =
    findings.find(finding => finding.verdict === 'weak') ??
    findings.find(finding => finding.verdict === 'partial') ??
    findings.find(finding => finding.verdict === 'encrypted')
  if (weakest === undefined) return { system: null, strength: 'none' }
  return { system: weakest.system, strength: weakest.verdict === 'weak' ? 'weak' : 'strong' }
}

function hasPassword({ system, verdict }: Finding): boolean {
  return !WITHOUT_PASSWORD.has(system) && verdict !== 'not-encrypted'
}

function partOf({ part, system, verdict, why }: Finding): ContentVerdict['parts'][number] {
  return Object.freeze({ path: part, system, verdict, why })
}

/** Document order: `1.2` before `1.10`. */
function byPath(a: Finding, b: Finding): number {
  return a.part.localeCompare(b.part, 'en', { numeric: true })
}

function isLeaf({ place }: ReadablePiece): boolean {
  return place === 'body' || place === 'attachment'
}

function placeOf(piece: ReadablePiece): string {
  return isLeaf(piece) ? piece.path : `${piece.path} (${piece.place})`
}

function reasonFor(findings: readonly Finding[]): string {
  const [first] = findings
  return first === undefined ? 'nothing is protected' : `nothing is protected: ${first.why}`
}

/** How many paths a sentence names before it only counts them. */
const NAMED = 5

function listed(paths: readonly string[]): string {
  const rest = paths.length - NAMED
  return paths.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

function namesIn(readable: ReadableContent): string {
  const named = readable.pieces.filter(({ fileName }) => fileName !== undefined)
  return named.length === 0 ? '' : `; ${named.length} file name(s) are readable`
}
