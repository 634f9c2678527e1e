import sanitizeHtml from 'sanitize-html'

/**
 * HTML of a message without anything that acts, loads or reaches out: no scripts, styles of its own,
 * forms, frames, and no address from elsewhere but in links.
 *
 * Gives   the HTML; `cid:` of an image as `src="cid:…"`. The page shows it in a sandbox, under a
 *         policy that forbids scripts and loading, so that three walls have to fall.
 */
export function sanitiseHtml(html: string): string {
  return sanitizeHtml(html, OPTIONS)
}

/** Elements around each other at most; deeper ones lose their tags, never their text. */
const MAX_DEPTH = 200

const TAGS = (
  'a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del details ' +
  'dfn div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span ' +
  'strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var'
).split(' ')

const COLOUR = /^(?:#[0-9a-f]{3,8}|[a-z]{3,25}|rgba?\([\d\s.,%]{5,40}\))$/i
const LENGTH = /^-?[\d.]{1,8}(?:px|pt|em|rem|ex|ch|in|cm|mm|pc|%)?$/i
const LENGTHS = /^(?:(?:auto|-?[\d.]{1,8}(?:px|pt|em|rem|ex|in|cm|mm|pc|%)?)\s*){1,4}$/i
const WORDS = /^[a-z -]{1,60}$/i
const FONTS = /^[\w\s"',.-]{1,200}$/
const BORDER = /^[a-z0-9#().,%\s-]{1,60}$/i

const STYLES: Record<string, RegExp[]> = {
  'background-color': [COLOUR],
  background: [COLOUR],
  color: [COLOUR],
  'font-family': [FONTS],
  'font-size': [LENGTH, WORDS],
  'font-style': [WORDS],
  'font-weight': [WORDS, /^\d{3}$/],
  'letter-spacing': [LENGTH],
  'line-height': [LENGTH, WORDS],
  'list-style-type': [WORDS],
  'text-align': [WORDS],
  'text-decoration': [WORDS],
  'text-indent': [LENGTH],
  'text-transform': [WORDS],
  'vertical-align': [WORDS, LENGTH],
  'white-space': [WORDS],
  'border-collapse': [WORDS],
  'border-radius': [LENGTHS],
  border: [BORDER],
  'border-top': [BORDER],
  'border-right': [BORDER],
  'border-bottom': [BORDER],
  'border-left': [BORDER],
  margin: [LENGTHS],
  'margin-top': [LENGTH],
  'margin-right': [LENGTH],
  'margin-bottom': [LENGTH],
  'margin-left': [LENGTH],
  padding: [LENGTHS],
  'padding-top': [LENGTH],
  'padding-right': [LENGTH],
  'padding-bottom': [LENGTH],
  'padding-left': [LENGTH],
  width: [LENGTH],
  height: [LENGTH],
  'max-width': [LENGTH],
  'min-width': [LENGTH],
}

const OPTIONS: sanitizeHtml.IOptions = {
  allowedTags: TAGS,
  allowedAttributes: {
    '*': ['align', 'bgcolor', 'dir', 'lang', 'style', 'title', 'valign', 'width', 'height'],
    a: ['href', 'target', 'rel', 'referrerpolicy'],
    font: ['color', 'face', 'size'],
    img: ['alt', 'src'],
    ol: ['start', 'type'],
    table: ['border', 'cellpadding', 'cellspacing'],
    td: ['colspan', 'rowspan', 'nowrap'],
    th: ['colspan', 'rowspan', 'nowrap', 'scope'],
  },
  allowedStyles: { '*': STYLES },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['cid', 'data'] },
  allowedSchemesAppliedToAttributes: ['href', 'src'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'title', 'template', 'xmp'],
  nestingLimit: MAX_DEPTH,
  parseStyleAttributes: true,
  transformTags: {
    a: (tagName, attribs) => ({
      tagName,
      attribs: {
        ...attribs,
        ...(isOutside(attribs['href']) ? {} : { href: '' }),
        target: '_blank',
        rel: 'noopener noreferrer nofollow',
        referrerpolicy: 'no-referrer',
      },
    }),
    // An image from elsewhere is not loaded: what it shows is said, if it is said.
    img: (tagName, attribs) => {
      const { src = '', alt = '' } = attribs
      if (IMAGE_SOURCE.test(src)) return { tagName, attribs }
      return { tagName: 'span', attribs: {}, text: alt.trim() === '' ? '' : `[${alt.trim()}]` }
    },
  },
}

/** Images of the message itself: by Content-ID (RFC 2392), or written out as a raster image. */
const IMAGE_SOURCE =
  /^(?:cid:[^"'<>&\s\\]{1,200}|data:image\/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*)$/i

/** A link that starts anew elsewhere; one without a scheme would lead to a file beside the letter. */
function isOutside(href: string | undefined): boolean {
  return href !== undefined && /^(?:https?:\/\/|mailto:|tel:)/i.test(href.trim())
}
