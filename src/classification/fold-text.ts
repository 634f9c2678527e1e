import { Folder, type Folded } from './folder.js'
import { foldHtml } from './fold-html.js'
import type { Passage } from './judge.js'
import type { Pace } from './pace.js'

/** Characters that are folded at a time. */
const SLICE = 0x8000

/** Folds a text, in slices. HTML is folded to what it says. */
export async function foldPassage(
  { text, isHtml = false }: Passage,
  maxText: number,
  pace: Pace,
): Promise<Folded> {
  const length = Math.min(text.length, maxText)
  const folder = new Folder(length)
  const write = isHtml
    ? foldHtml(text, folder)
    : (from: number, to: number) => folder.add(text, from, to)
  for (let at = 0; at < length; at += SLICE) {
    write(at, Math.min(at + SLICE, length))
    if (length > SLICE) await pace.step()
  }
  return folder.finish()
}

const known = new WeakMap<Passage, { readonly maxText: number; readonly folded: Promise<Folded> }>()

/** As `foldPassage`; judges that read the same passage share the work. */
export function foldOnce(passage: Passage, maxText: number, pace: Pace): Promise<Folded> {
  const before = known.get(passage)
  const wanted = Math.min(maxText, passage.text.length)
  if (before?.maxText === wanted) return before.folded
  const folded = foldPassage(passage, wanted, pace)
  known.set(passage, { maxText: wanted, folded })
  return folded
}

/** Folds a short text at once. */
export function foldText(text: string): Folded {
  const folder = new Folder(text.length)
  folder.add(text)
  return folder.finish()
}

/** The words of a folded text, a single space before, between and behind them. */
export function wordsOf(folded: string): string {
  return ` ${folded.match(/[a-z]+\d?|\d+/g)?.join(' ') ?? ''} `
}
