import {
  PageSizes,
  rgb,
  StandardFonts,
  type PDFDocument,
  type PDFFont,
  type PDFPage,
} from '@cantoo/pdf-lib'
import type { LetterView } from '../container/payload.js'
import type { Language, SealOrder } from '../letter.js'

const MARGIN = 56
const SIZE = 10.5
const LEADING = 15
/** Pages of text at most; the embedded message has all of it. */
const MAX_PAGES = 200

const WORDS: Readonly<
  Record<Language, Readonly<Record<'from' | 'to' | 'date' | 'files' | 'more', string>>>
> = {
  de: {
    from: 'Von',
    to: 'An',
    date: 'Datum',
    files: 'Beigelegte Dateien (Ansicht für Anhänge Ihres Programms):',
    more: 'Der Text ist hier nicht vollständig; er liegt bei.',
  },
  fr: {
    from: 'De',
    to: 'À',
    date: 'Date',
    files: 'Fichiers joints (volet des pièces jointes de votre programme) :',
    more: 'Le texte n’est pas complet ici ; il est joint.',
  },
  it: {
    from: 'Da',
    to: 'A',
    date: 'Data',
    files: 'File allegati (riquadro degli allegati del Suo programma):',
    more: 'Qui il testo non è completo; è allegato.',
  },
  en: {
    from: 'From',
    to: 'To',
    date: 'Date',
    files: 'Attached files (attachments pane of your program):',
    more: 'The text is not complete here; it is attached.',
  },
}

/**
 * Draws what is read first: subject, sender, recipient, date, the text, and names of the files.
 *
 * Gives   whether all of the text is there: the standard fonts have the letters of Western Europe only,
 *         others are drawn as `?`.
 */
export async function drawLetter(
  document: PDFDocument,
  view: LetterView,
  { style, language }: Pick<SealOrder, 'style' | 'language'>,
): Promise<boolean> {
  const font = await document.embedFont(StandardFonts.Helvetica)
  const bold = await document.embedFont(StandardFonts.HelveticaBold)
  const pen = new Pen(document, font)
  const words = WORDS[language]
  if (style.company !== '') pen.write(style.company, bold, 9, colourOf(style.colour))
  pen.write(view.subject, bold, 15)
  pen.write(`${words.from}: ${view.from}`)
  pen.write(`${words.to}: ${view.to}`)
  if (view.date !== null) pen.write(`${words.date}: ${dateText(view.date, language)}`)
  pen.skip()
  for (const line of (view.text ?? '').split('\n')) pen.write(line)
  pen.skip()
  if (view.files.length > 0) pen.write(words.files, bold)
  for (const { name } of view.files) pen.write(name)
  const isComplete = pen.isComplete && !view.cut && view.text !== null
  if (!isComplete) pen.write(words.more, bold)
  return isComplete
}

/** Writes lines from top to bottom, and on new pages. */
class Pen {
  readonly #document: PDFDocument
  readonly #font: PDFFont
  readonly #known: ReadonlySet<number>
  #page: PDFPage
  #y: number
  #pages = 1
  isComplete = true

  constructor(document: PDFDocument, font: PDFFont) {
    this.#document = document
    this.#font = font
    this.#known = new Set(font.getCharacterSet())
    this.#page = document.addPage(PageSizes.A4)
    this.#y = this.#page.getHeight() - MARGIN
  }

  write(text: string, font = this.#font, size = SIZE, color = rgb(0.1, 0.13, 0.17)): void {
    const width = this.#page.getWidth() - 2 * MARGIN
    for (const line of wrap(
      this.#shown(text),
      piece => font.widthOfTextAtSize(piece, size) <= width,
    )) {
      const leading = Math.max(LEADING, size * 1.35)
      if (this.#y - leading < MARGIN && !this.#turn()) return
      this.#y -= leading
      this.#page.drawText(line, { x: MARGIN, y: this.#y, font, size, color })
    }
  }

  skip(): void {
    this.#y -= LEADING
  }

  #turn(): boolean {
    if (this.#pages === MAX_PAGES) {
      this.isComplete = false
      return false
    }
    this.#pages += 1
    this.#page = this.#document.addPage(PageSizes.A4)
    this.#y = this.#page.getHeight() - MARGIN
    return true
  }

  #shown(text: string): string {
    let shown = ''
    for (const sign of text.replaceAll('\t', '    ').replace(/\p{Cc}/gu, '')) {
      const isKnown = this.#known.has(sign.codePointAt(0) ?? 0)
      shown += isKnown ? sign : '?'
      this.isComplete &&= isKnown
    }
    return shown
  }
}

/** At blanks where that goes, else anywhere. */
function wrap(text: string, fits: (piece: string) => boolean): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<= )/)) {
    if (fits(line + word.trimEnd())) {
      line += word
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (!fits(line.trimEnd())) {
      let length = Math.min(line.length - 1, 120)
      while (length > 1 && !fits(line.slice(0, length))) length -= 1
      lines.push(line.slice(0, length))
      line = line.slice(length)
    }
  }
  return [...lines, line]
}

function dateText(date: number, language: Language): string {
  const options = { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' } as const
  return `${new Intl.DateTimeFormat(language, options).format(date)} UTC`
}

function colourOf(colour: string): ReturnType<typeof rgb> {
  const value = /^#[0-9a-f]{6}$/i.test(colour) ? Number.parseInt(colour.slice(1), 16) : 0x1a4f8b
  return rgb((value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255)
}
