import { Tokenizer } from 'htmlparser2'

/**
 * Renders the banner as HTML in ASCII, so that it fits every character set that holds ASCII.
 *
 * Units   lines broken at spaces behind 120 characters, far below the 998 of RFC 5322
 */
export function htmlBanner(text: string, html: string | undefined, eol: string): string {
  const inside = html ?? text.split(/\r?\n/u).map(escaped).join('<br>')
  const line = asciiOnly(inside.replace(/\s+/gu, ' '))
  const box = `<div class="postseal-banner" style="${STYLE}">${line}</div>`
  return box.replace(/(.{120}[^ ]*) /gu, `$1${eol}`)
}

const STYLE =
  'border:1px solid #999;padding:6px 10px;margin:8px 0;font:13px sans-serif;color:#333;background:#f5f5f5'

/**
 * Says where the banner goes in an HTML part.
 *
 * Shape   `page` is the decoded part as latin1, one character a byte; in the character sets that
 *         are let in here the bytes of tags mean nothing else.
 * Gives   the offset behind the start tag of the body, or before its end tag; without them the edge
 *         of what there is. Undefined when the banner stands there already.
 */
export function placeHtml(
  page: string,
  banner: string,
  position: 'top' | 'bottom',
): number | undefined {
  const landmarks = readLandmarks(page)
  const at = position === 'top' ? landmarks.top : landmarks.bottom
  const isThere =
    position === 'top'
      ? page
          .slice(at, at + banner.length + MAX_SPACE)
          .trimStart()
          .startsWith(banner)
      : page
          .slice(Math.max(0, at - banner.length - MAX_SPACE), at)
          .trimEnd()
          .endsWith(banner)
  return isThere ? undefined : at
}

/** White space that may stand between a tag and the banner. */
const MAX_SPACE = 200

function escaped(text: string): string {
  return text.replace(/[&<>"]/gu, char => `&#${char.charCodeAt(0)};`)
}

function asciiOnly(html: string): string {
  return html.replace(/[^\x20-\x7e]/gu, point => `&#${point.codePointAt(0) ?? 0};`)
}

interface Landmarks {
  readonly top: number
  readonly bottom: number
}

/** Tags whose end a banner at the top goes behind, weakest first. */
const TOP_RANK: Readonly<Record<string, number>> = { html: 1, head: 2, body: 3 }

function readLandmarks(page: string): Landmarks {
  let top = 0
  let rank = 0
  let endOfBody: number | undefined
  let endOfHtml: number | undefined
  let opening = ''
  const reach = (at: number, name: string): void => {
    const reached = TOP_RANK[name] ?? 0
    if (reached <= rank) return
    rank = reached
    top = at
  }
  const tokenizer = new Tokenizer(
    { decodeEntities: false },
    {
      ...SILENT,
      ondeclaration: (_start, end) => {
        if (rank === 0) top = end + 1
      },
      onopentagname: (start, end) => {
        opening = page.slice(start, end).toLowerCase()
      },
      onopentagend: end => {
        if (opening === 'html' || opening === 'body') reach(end + 1, opening)
      },
      onclosetag: (start, end) => {
        const name = page.slice(start, end).toLowerCase()
        const close = page.indexOf('>', end)
        if (name === 'head' && close !== -1) reach(close + 1, name)
        if (name === 'body') endOfBody = start - 2
        if (name === 'html') endOfHtml = start - 2
      },
    },
  )
  tokenizer.write(page)
  tokenizer.end()
  const bottom = [endOfBody, endOfHtml].find(at => at !== undefined && at >= top)
  return { top, bottom: bottom ?? page.length }
}

const nothing = (): void => undefined

/** Tokens that say nothing about where the body is. */
const SILENT = {
  onattribdata: nothing,
  onattribend: nothing,
  onattribentity: nothing,
  onattribname: nothing,
  oncdata: nothing,
  oncomment: nothing,
  ondeclaration: nothing,
  onend: nothing,
  onprocessinginstruction: nothing,
  onselfclosingtag: nothing,
  ontext: nothing,
  ontextentity: nothing,
}
