import { coverText, letterName, type CoverFacts } from './cover.js'
import { FILE_STEMS, type PasswordWay } from './cover-texts.js'
import { LANGUAGES, type Language } from './letter.js'

/** What the cover of a letter is known to say; only the sender's address may be any. */
export type KnownFacts = Pick<CoverFacts, 'format' | 'reference' | 'company' | 'contact'> & {
  /** Languages that it may be in; absent: all of ours. */
  readonly languages?: readonly Language[]
}

const WAYS: readonly PasswordWay[] = ['sender', 'standing', 'agreed', 'office', 'sms']
/** Stands for the sender's address; no address and no text of ours holds it. */
const SENDER = '\u{F0000}'
const ADDRESS = /^[^\s<>"()]{1,64}@[^\s<>"()]{1,255}$/

/** Whether a text is the cover of this letter and nothing else. */
export function isKnownCover(text: string, facts: KnownFacts): boolean {
  const given = oneSpace(text)
  const { languages = LANGUAGES, ...known } = facts
  return languages.some(language =>
    WAYS.some(passwordWay => {
      const wanted = oneSpace(coverText({ ...known, language, passwordWay, sender: SENDER }))
      const [before = '', after = ''] = wanted.split(SENDER)
      if (given.length <= before.length + after.length) return false
      if (!given.startsWith(before) || !given.endsWith(after)) return false
      return ADDRESS.test(given.slice(before.length, given.length - after.length))
    }),
  )
}

/** Whether a file in a letter could be called so. */
export function isLetterName(name: string, reference: string, extension: string): boolean {
  return LANGUAGES.some(language => `${FILE_STEMS[language]}-${reference}.${extension}` === name)
}

/** The reference in the name of the file that a cover speaks of; undefined: it speaks of none. */
export function referenceIn(text: string, format: CoverFacts['format']): string | undefined {
  for (const language of LANGUAGES) {
    const name = letterName({ format, language, reference: '([0-9a-v]{20})' })
    const [, reference] = new RegExp(`\\b${name.replace('.', '\\.')}(?:\\s|$)`).exec(text) ?? []
    if (reference !== undefined) return reference
  }
  return undefined
}

function oneSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
