import { foldPassage } from '../../src/classification/fold-text.js'
import type { Folded } from '../../src/classification/folder.js'
import type { Passage } from '../../src/classification/judge.js'
import { Pace } from '../../src/classification/pace.js'
import type { Dictionary, Group } from '../../src/classification/terms/dictionary-schema.js'
import { findTerms, type Finds } from '../../src/classification/terms/find-terms.js'
import { compileLexicon, type Lexicon } from '../../src/classification/terms/lexicon.js'

export const never: AbortSignal = new AbortController().signal

/** A group of a dictionary: German words of ten points for confidential, unless said otherwise. */
export function group(words: readonly string[], more: Partial<Group> = {}): Group {
  return {
    name: 'words',
    language: 'de',
    for: 'confidential',
    weight: 10,
    words: [...words],
    ...more,
  }
}

export function dictionary(groups: readonly Group[], more: Partial<Dictionary> = {}): Dictionary {
  return { domain: 'sample', high_from: 10, confidential_from: 10, group: [...groups], ...more }
}

export function lexiconOf(...groups: readonly Group[]): Lexicon {
  return compileLexicon([dictionary(groups)])
}

/** A text as a mail says it. */
export function passageOf(text: string, more: Partial<Passage> = {}): Passage {
  return { path: '1', place: 'text', text, isMail: true, ...more }
}

export function fold(text: string, more: Partial<Passage> = {}): Promise<Folded> {
  return foldPassage(passageOf(text, more), text.length, new Pace(never))
}

export async function findIn(text: string, lexicon: Lexicon): Promise<Finds> {
  return findTerms(await fold(text), lexicon, new Pace(never))
}
