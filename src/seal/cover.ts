import { COVER_TEXTS, FILE_STEMS, type CoverFormat, type PasswordWay } from './cover-texts.js'
import type { Language } from './letter.js'

export interface CoverFacts {
  readonly format: CoverFormat
  readonly language: Language
  readonly sender: string
  readonly reference: string
  readonly company: string
  readonly contact: string
  readonly passwordWay: PasswordWay
}

/** Characters of a line. */
const WIDTH = 74

/** The text of the mail around a letter, LF line ends. */
export function coverText(facts: CoverFacts): string {
  const texts = COVER_TEXTS[facts.language]
  const hasCompany = facts.company !== ''
  const paragraphs = [
    texts.greeting,
    texts.what[hasCompany ? 1 : 0],
    texts.howTitle,
    ...texts.how[facts.format].map(line => `- ${line}`),
    texts.passwordTitle,
    texts.password[facts.passwordWay],
    texts.doubtTitle,
    texts.doubt,
    ...(facts.contact === '' ? [] : [texts.contact]),
  ]
  const values: Readonly<Record<string, string>> = {
    sender: facts.sender,
    company: facts.company,
    contact: facts.contact,
    reference: facts.reference,
    file: letterName(facts),
  }
  return `${paragraphs.map(text => wrap(filled(text, values))).join('\n\n')}\n`
}

/** Name of the attached file: nothing of the message is in it. */
export function letterName({
  format,
  language,
  reference,
}: Pick<CoverFacts, 'format' | 'language' | 'reference'>): string {
  return `${FILE_STEMS[language]}-${reference}.${format}`
}

/** What came from outside is one line, so that it makes no paragraph of its own. */
function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    (values[name] ?? whole).replace(/\p{Cc}+/gu, ' ').trim(),
  )
}

function wrap(text: string): string {
  const indent = text.startsWith('- ') ? '  ' : ''
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = indent + word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join('\n')
}
