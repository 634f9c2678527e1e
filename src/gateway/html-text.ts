import { Parser } from 'htmlparser2'

/** Elements inside each other; the parser's time grows with the square of it. Programs write dozens. */
const MAX_DEPTH = 2000

/** Attributes that a reader of the source, or a screen reader, finds text in. */
const TELLING_ATTRIBUTES = [
  'alt',
  'title',
  'value',
  'placeholder',
  'summary',
  'label',
  'content',
  'aria-label',
]

/** Elements whose text is presentation. */
const SILENT_ELEMENTS = new Set(['style'])

/** In what stands inside a style element: another reader does not see a style sheet there. */
const MARKUP = /<\/?[a-z]/i

/**
 * Everything in an HTML text that says something to whoever reads its source: text, telling
 * attributes, comments, embedded data. Style sheets and addresses of links say nothing,
 * unless a link carries a password. What is nested too deep comes as it stands.
 */
export function htmlText(html: string): string {
  return textOf(html, false)
}

/** Conditional comments do not nest: inside one, a comment is text, so hostile ones cost one pass. */
function textOf(html: string, isConditional: boolean): string {
  const pieces: string[] = []
  let silent = 0
  let depth = 0
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        depth += 1
        if (depth > MAX_DEPTH) parser.pause()
        // A style sheet holds no elements: with one inside, a reader sees text there.
        silent = SILENT_ELEMENTS.has(name) ? silent + 1 : 0
        for (const attribute of TELLING_ATTRIBUTES) {
          // `content` of a meta element repeats the type and names the editor.
          if (attribute === 'content' && name === 'meta') continue
          const value = attributes[attribute]
          if (value !== undefined) pieces.push(value)
        }
        const link = attributes['href'] ?? ''
        if (/passw|kennwort|pwd=/i.test(link)) pieces.push(link)
        if (/^\s*data:/i.test(attributes['src'] ?? link)) pieces.push('(embedded data)')
        pieces.push(' ')
      },
      onclosetag(name) {
        depth -= 1
        if (SILENT_ELEMENTS.has(name)) silent = Math.max(0, silent - 1)
        pieces.push(' ')
      },
      ontext(text) {
        if (silent === 0 || MARKUP.test(text)) pieces.push(text)
      },
      oncomment(text) {
        // Outlook's conditional comments hold its own markup.
        const isOutlook = !isConditional && /^\s*\[if [^\]]*\]/.test(text)
        pieces.push(isOutlook ? textOf(insideConditional(text), true) : text)
      },
    },
    { decodeEntities: true },
  )
  parser.end(html)
  return depth > MAX_DEPTH ? html : pieces.join('')
}

/** Office settings inside a conditional comment are markup; what is between the tags is text. */
function insideConditional(comment: string): string {
  return comment
    .replace(/^\s*\[if [^\]]*\]>?/, '')
    .replace(/<!\[endif\]\s*$/, '')
    .replace(/<xml>[^]*?<\/xml>/gi, '')
}
