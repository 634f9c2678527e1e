import { placeFields, type ClassLabel } from '../judge.js'
import type { WordModel } from './word-model.js'
import type { WordVerdict } from './word-tally.js'

/** What a dictionary's label is called, before the name of its domain. */
const TERMS = 'terms-'
/** Features that a text needs to be raised by its words, and to undo what a dictionary says. */
const LEAST_TO_RAISE = 20
const LEAST_TO_UNDO = 25
/** Evidence that it is not confidential from which a dictionary's label is one class lower. */
const LOWER_BELOW = -1

/**
 * Brings together what the dictionaries say and what all words weigh.
 *
 * A label of a shipped dictionary falls where the words speak clearly against it: its words stand in
 * general talk. Where the words speak clearly for more than normal, they are a label of their own.
 * Labels of own dictionaries stand.
 */
export function labelsByWords(
  labels: readonly ClassLabel[],
  verdict: WordVerdict,
  learned: { readonly model: WordModel; readonly ownDomains: ReadonlySet<string> },
): readonly ClassLabel[] {
  const { model, ownDomains } = learned
  const isOwn = ({ id }: ClassLabel): boolean => ownDomains.has(id.slice(TERMS.length))
  const kept = labels.flatMap(label => {
    if (isOwn(label) || verdict.count < LEAST_TO_UNDO) return [label]
    if (verdict.protect < model.undoBelow) return []
    const isLower = label.class === 'confidential' && verdict.confide < LOWER_BELOW
    return [isLower ? { ...label, class: 'high' as const } : label]
  })
  if (verdict.count < LEAST_TO_RAISE || verdict.protect < model.raiseFrom) return kept
  return [...kept, wordLabel(verdict, model)]
}

function wordLabel(verdict: WordVerdict, { raiseFrom }: WordModel): ClassLabel {
  const { protect, confide, count, where } = verdict
  const strongest = verdict.strongest()
  const riskClass = confide > 0 ? 'confidential' : 'high'
  const points = percent(protect)
  const from = percent(raiseFrom)
  const most = strongest.length === 0 ? '' : `: ${strongest.join(', ')} and more`
  const why = `words: ${points} points of 100 by ${count} features, above normal from ${from}; ${riskClass}${most}`
  const label = { id: 'words', class: riskClass, ...placeFields(where), count } as const
  return { ...label, evidence: strongest, threshold: { total: points, from }, why }
}

/** Evidence as a share of a hundred: 50 is for neither side. */
function percent(evidence: number): number {
  return Math.max(1, Math.round(100 / (1 + Math.exp(-evidence))))
}
