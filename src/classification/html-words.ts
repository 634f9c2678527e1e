import { Tokenizer } from 'htmlparser2'

/**
 * What an HTML text says: its text, comments and telling attributes, entities decoded.
 *
 * An element of the running text (`<b>`, `<span>`) leaves no trace, so a number across it is one; any
 * other tag is a line end. Style sheets and addresses of links say nothing. The tokenizer keeps no
 * stack, so nesting costs nothing.
 */
export function htmlWords(html: string): string {
  const pieces: string[] = []
  let isStyle = false
  let isTelling = false
  const tag = (start: number, end: number): string => {
    const name = html.slice(start, Math.min(end, start + MAX_NAME)).toLowerCase()
    if (!IN_TEXT.has(name)) pieces.push('\n')
    return name
  }
  const text = (start: number, end: number): void => {
    if (!isStyle) pieces.push(html.slice(start, end).replace(/\s+/g, ' '))
  }
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ontext: text,
      ontextentity: codepoint => void pieces.push(String.fromCodePoint(codepoint)),
      onopentagname: (start, end) => void (isStyle = tag(start, end) === 'style'),
      onclosetag(start, end) {
        tag(start, end)
        isStyle = false
      },
      oncomment(start, end, endOffset) {
        pieces.push('\n')
        text(start, end - endOffset)
        pieces.push('\n')
      },
      oncdata: (start, end, endOffset) => text(start, end - endOffset),
      onattribname(start, end) {
        const name = html.slice(start, Math.min(end, start + MAX_NAME)).toLowerCase()
        isTelling = TELLING_ATTRIBUTES.has(name)
        if (isTelling) pieces.push('\n')
      },
      onattribdata: (start, end) => void (isTelling && text(start, end)),
      onattribentity(codepoint) {
        if (isTelling) pieces.push(String.fromCodePoint(codepoint))
      },
      onattribend() {
        if (isTelling) pieces.push('\n')
        isTelling = false
      },
      ondeclaration: nothing,
      onend: nothing,
      onopentagend: nothing,
      onprocessinginstruction: nothing,
      onselfclosingtag: nothing,
    },
  )
  tokenizer.write(html)
  tokenizer.end()
  // Between two blocks a source has as much white space as it likes.
  return pieces
    .join('')
    .replace(/ +/g, ' ')
    .replace(/ ?\n[\n ]*/g, '\n')
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
