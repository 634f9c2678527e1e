/** What stands at one edge of a subject: a group in brackets or a single word. */
export interface SubjectToken {
  /** Range in the text, brackets included. */
  readonly start: number
  readonly end: number
  /** Text between the brackets, undefined for a word. */
  readonly inside: string | undefined
  readonly text: string
}

/**
 * Finds the outermost token of a decoded subject, where a sender may have put a tag.
 *
 * Symbols, white space and invisible characters before it are skipped, so a lock or an emoji in
 * front hides no tag. Brackets are of any kind and need not match: people type what their keyboard
 * has. This is the one place that knows the form: who reports a tag at an edge and who takes it
 * away mean the same characters.
 *
 * Gives   undefined when there is nothing but symbols and space.
 */
export function subjectToken(text: string, edge: 'start' | 'end'): SubjectToken | undefined {
  return edge === 'start' ? firstToken(text) : lastToken(text)
}

/** Answer and forward prefixes of the mail programs of our users' countries and their neighbours. */
const REPLY =
  /^(?:\s{0,9}(?:re|aw|antw|sv|vs|fw|fwd|wg|wtr|tr|r|rif|i|rv|réf|rép)\s{0,3}(?:[[(]\d{1,4}[\])])?\s{0,3}[:：])+/iu

/** A subject without `Re:`, `AW:`, `Fwd:` and the like; itself where it answers nothing. */
export function withoutReplyPrefix(subject: string): string {
  return subject.replace(REPLY, '')
}

/** One form for all spellings of a tag: full-width letters, case and space make no difference. */
export function tagForm(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/[\s\p{Default_Ignorable_Code_Point}]/gu, '')
}

/** Longest text between brackets that is taken for one group, in UTF-16 units. */
const MAX_INSIDE = 200

const OPENING = /[[({<［（｛＜【〔〖〘〚「『〈《⟦⟨⟪❲⁅﹝﹙«‹]/u
const CLOSING = /[\])}>］）｝＞】〕〗〙〛」』〉》⟧⟩⟫❳⁆﹞﹚»›]/u

/** Symbols, space, marks and characters that show nothing. `<` and `>` are symbols to Unicode. */
const SKIPPED = /^(?![<>＜＞])[\s\p{S}\p{M}\p{Default_Ignorable_Code_Point}]$/u

function firstToken(text: string): SubjectToken | undefined {
  let start = 0
  while (start < text.length && SKIPPED.test(pointAt(text, start))) {
    start += pointAt(text, start).length
  }
  if (start === text.length) return undefined
  if (OPENING.test(text.charAt(start))) {
    const limit = Math.min(text.length, start + MAX_INSIDE + 2)
    for (let at = start + 1; at < limit; at++) {
      if (CLOSING.test(text.charAt(at))) return group(text, start, at + 1)
    }
  }
  const length = text.slice(start).search(/\s/u)
  return word(text, start, length === -1 ? text.length : start + length)
}

function lastToken(text: string): SubjectToken | undefined {
  let end = text.length
  while (end > 0 && SKIPPED.test(pointBefore(text, end))) end -= pointBefore(text, end).length
  if (end === 0) return undefined
  if (CLOSING.test(text.charAt(end - 1))) {
    const limit = Math.max(0, end - MAX_INSIDE - 2)
    for (let at = end - 2; at >= limit; at--) {
      if (OPENING.test(text.charAt(at))) return group(text, at, end)
    }
  }
  let start = end
  while (start > 0 && !/\s/u.test(text.charAt(start - 1))) start--
  return word(text, start, end)
}

function group(text: string, start: number, end: number): SubjectToken {
  return { start, end, inside: text.slice(start + 1, end - 1), text: text.slice(start, end) }
}

function word(text: string, start: number, end: number): SubjectToken {
  return { start, end, inside: undefined, text: text.slice(start, end) }
}

function pointAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0)
}

function pointBefore(text: string, end: number): string {
  const low = text.charCodeAt(end - 1)
  const isPair = end > 1 && low >= 0xdc00 && low <= 0xdfff
  return text.slice(isPair ? end - 2 : end - 1, end)
}
