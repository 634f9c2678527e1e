import { z } from 'zod'
import type { Language, LetterStyle } from '../letter.js'
import { LANGUAGES } from '../letter.js'

/** Characters of a company's name, and of where to ask, at most. */
const MAX_TEXT = 120
/** Characters of a logo as `data:` URL. */
const MAX_LOGO = 140_000
const LOGO_LINE = 900

const LOGO = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/

/** How the page of a letter presents the company. */
export type PageStyle = z.infer<typeof SCHEMA>

const SCHEMA = z.strictObject({
  company: z.string().max(MAX_TEXT),
  contact: z.string().max(MAX_TEXT),
  colour: z.string().regex(/^#[0-9a-fA-F]{6}$/),
  language: z.enum(LANGUAGES),
  logo: z.array(z.string().min(1).max(LOGO_LINE)).max(Math.ceil(MAX_LOGO / LOGO_LINE)),
})

/**
 * The style as JSON in ASCII, with lines that travel; nothing in it can end the element it stands in.
 * A logo that is no raster image as `data:` URL is left out.
 */
export function writeStyle(style: LetterStyle, language: Language): string {
  const { company, contact, colour, logo = '' } = style
  const isLogo = logo.length <= MAX_LOGO && LOGO.test(logo)
  const value: PageStyle = {
    company: oneLine(company),
    contact: oneLine(contact),
    colour: /^#[0-9a-fA-F]{6}$/.test(colour) ? colour : '#1a4f8b',
    language,
    logo: isLogo ? (logo.match(new RegExp(`.{1,${LOGO_LINE}}`, 'g')) ?? []) : [],
  }
  return JSON.stringify(value, null, 1).replace(
    /[^\n -~]|[<>&]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Undefined for anything that `writeStyle` doesn't write. */
export function readStyle(text: string): PageStyle | undefined {
  try {
    const { data } = SCHEMA.safeParse(JSON.parse(text))
    const logo = data?.logo.join('') ?? ''
    return logo === '' || LOGO.test(logo) ? data : undefined
  } catch {
    return undefined
  }
}

/** A company's name or a contact as it is shown: one line of 120 characters at most. */
export function oneLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT)
}
