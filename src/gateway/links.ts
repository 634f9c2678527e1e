import { Parser } from 'htmlparser2'

/** Links of one text that are looked at. */
const LINK_LIMIT = 1000

const LINK = /https?:\/\/[^\s<>"'()[\]{}|\\^`]{1,2000}/gi

/** What ends a sentence rather than a link. */
const PUNCTUATION = /[.,;:!?]+$/

/** A link as it stands in the text, and where it leads. */
export interface Link {
  readonly text: string
  readonly url: URL
}

/** Links in a plain text, or those that an HTML text leads to. */
export function linksIn(text: string, isHtml: boolean): readonly Link[] {
  const found = isHtml ? hrefs(text) : (text.match(LINK) ?? [])
  return found.slice(0, LINK_LIMIT).flatMap(each => {
    const link = each.replace(PUNCTUATION, '')
    return URL.canParse(link) ? [{ text: link, url: new URL(link) }] : []
  })
}

function hrefs(html: string): readonly string[] {
  const found: string[] = []
  const parser = new Parser({
    onopentag: (name, { href }) => {
      if (name === 'a' && href !== undefined && found.length < LINK_LIMIT) found.push(href.trim())
    },
  })
  parser.end(html)
  return found
}
