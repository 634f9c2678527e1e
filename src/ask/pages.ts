import { createHash } from 'node:crypto'
import type { AskChoice } from '../policy/model.js'
import type { Question } from '../store/questions.js'
import { LANGUAGES, type Language } from './language.js'
import { PAGE_TEXTS } from './page-texts.js'
import { QUESTION_TEXTS } from './question-texts.js'
import { printable, recipientsLine, timeText } from './show.js'
import { CHOICE_WORDS } from './words.js'

/** Legible on a telephone, in the dark, and with large letters; no script and nothing from elsewhere. */
const STYLE = `:root{color-scheme:light dark}body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:1.5rem;overflow-wrap:anywhere}h1{font-size:1.5rem;line-height:1.25}button{display:block;width:100%;min-height:3rem;margin:1.25rem 0 .25rem;padding:.5rem 1rem;font:inherit;font-weight:600;border:2px solid;border-radius:.5rem;background:transparent;color:inherit;cursor:pointer}button:focus-visible{outline:3px solid;outline-offset:3px}p{margin:.75rem 0}small{font-size:1rem}`

/** What a browser may do with a page: show it and post its form, nothing else. */
export const CONTENT_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

export interface QuestionPage {
  readonly question: Question
  readonly language: Language
  /** Proves that a form was on this page. */
  readonly proof: string
  readonly timeZone?: string | undefined
}

/** The question with a button for each choice; message and subject are not named. */
export function questionPage({ question, language, proof, timeZone }: QuestionPage): string {
  const words = QUESTION_TEXTS[language]
  const names = CHOICE_WORDS[language]
  const { choices, officerChoices } = question
  const fill = (text: string): string =>
    text
      .replaceAll('{recipients}', recipientsLine(question))
      .replaceAll('{at}', timeText(question.firstAt, language, timeZone))
      .replaceAll('{until}', timeText(question.until, language, timeZone))
      .replaceAll('{why}', printable(question.why))
  const buttons = choices.map(
    choice =>
      `<button name="choice" value="${choice}">${escaped(names[choice])}</button>\n<small>${escaped(words.choice[choice])}</small>`,
  )
  const forOfficer = officerChoices.includes('send') && !choices.includes('send')
  return page(language, PAGE_TEXTS[language].title, [
    paragraph(fill(words.waits)),
    paragraph(fill(words.why)),
    paragraph(words.question),
    `<form method="post">\n<input type="hidden" name="proof" value="${escaped(proof)}">\n${buttons.join('\n')}\n</form>`,
    ...(forOfficer ? [paragraph(words.officer)] : []),
    paragraph(fill(words.silence[question.silence])),
    paragraph(`[${question.reference}]`),
  ])
}

export function donePage(choice: AskChoice, language: Language): string {
  return textPage(PAGE_TEXTS[language].done[choice], language)
}

/** A page that says one thing. */
export function textPage(text: string, language: Language): string {
  return page(language, PAGE_TEXTS[language].title, [paragraph(text)])
}

/**
 * The language that a browser likes best, of those that there are; `other` where it likes none.
 *
 * Source  RFC 9110, section 12.5.4
 */
export function languageOf(accepted: string | undefined, other: Language): Language {
  const wishes = (accepted ?? '')
    .slice(0, 500)
    .split(',')
    .map((item, index) => {
      const [range = '', ...parameters] = item.trim().toLowerCase().split(';')
      const weight = parameters.map(one => /^\s*q=([0-9.]{1,5})\s*$/.exec(one)?.[1]).find(Boolean)
      return { range, weight: weight === undefined ? 1 : Number(weight), index }
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight || a.index - b.index)
  for (const { range } of wishes) {
    const found = LANGUAGES.find(language => range === language || range.startsWith(`${language}-`))
    if (found !== undefined) return found
  }
  return other
}

function page(language: Language, title: string, parts: readonly string[]): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${parts.join('\n')}
</main>
</body>
</html>
`
}

function paragraph(text: string): string {
  return `<p>${escaped(text)}</p>`
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`)
}
