import { Tokenizer } from 'htmlparser2'
import type { Folder } from './folder.js'

/**
 * Folds what an HTML text says: its text, comments and telling attributes, entities decoded.
 *
 * An element of the running text (`<b>`, `<span>`) leaves no trace, so a number across it is one; any
 * other tag is a line end. Comments come last, so one inside a word leaves it whole. Style sheets and
 * addresses of links say nothing. What stands in a
 * `<blockquote>` is quoted mail. The tokenizer keeps no stack, so nesting costs nothing.
 *
 * Gives   a function that reads the next stretch of the text, to be called in order.
 */
export function foldHtml(html: string, folder: Folder): (start: number, end: number) => void {
  let isStyle = false
  let isTelling = false
  let quotes = 0
  const comments: number[] = []
  const tag = (start: number, end: number): string => {
    const name = html.slice(start, Math.min(end, start + MAX_NAME)).toLowerCase()
    if (!IN_TEXT.has(name)) folder.breakLine()
    return name
  }
  const quote = (by: 1 | -1): void => {
    quotes = Math.max(0, quotes + by)
    folder.isQuoted = quotes > 0
  }
  const text = (start: number, end: number): void => {
    if (!isStyle) folder.addInline(html, start, end)
  }
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ontext: text,
      ontextentity: codepoint => folder.addCodePoint(codepoint),
      onopentagname(start, end) {
        const name = tag(start, end)
        isStyle = name === 'style'
        if (name === 'blockquote') quote(1)
      },
      onclosetag(start, end) {
        if (tag(start, end) === 'blockquote') quote(-1)
        isStyle = false
      },
      oncomment: (start, end, endOffset) => void comments.push(start, end - endOffset),
      oncdata: (start, end, endOffset) => text(start, end - endOffset),
      onattribname(start, end) {
        const name = html.slice(start, Math.min(end, start + MAX_NAME)).toLowerCase()
        isTelling = TELLING_ATTRIBUTES.has(name)
        if (isTelling) folder.breakLine()
      },
      onattribdata: (start, end) => void (isTelling && text(start, end)),
      onattribentity(codepoint) {
        if (isTelling) folder.addCodePoint(codepoint)
      },
      onattribend() {
        if (isTelling) folder.breakLine()
        isTelling = false
      },
      ondeclaration: nothing,
      onend: nothing,
      onopentagend: nothing,
      onprocessinginstruction: nothing,
      onselfclosingtag: nothing,
    },
  )
  const addComments = (): void => {
    for (let at = 0; at < comments.length; at += 2) {
      folder.breakLine()
      folder.addInline(html, comments[at] ?? 0, comments[at + 1] ?? 0)
      folder.breakLine()
    }
  }
  return (start, end) => {
    tokenizer.write(html.slice(start, end))
    if (end < html.length) return
    tokenizer.end()
    addComments()
  }
}

/** Longer than any name that is looked for. */
const MAX_NAME = 30

/** Elements that a reader does not see as a break. */
const IN_TEXT = new Set(
  (
    'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark nobr o:p q s samp ' +
    'small span strike strong sub time tt u var wbr'
  ).split(' '),
)

const TELLING_ATTRIBUTES = new Set(['alt', 'title', 'value', 'placeholder', 'label', 'aria-label'])

function nothing(): void {
  // The tokenizer wants a function for everything that it meets.
}
