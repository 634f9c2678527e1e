import { domainToASCII } from 'node:url'

/**
 * Reads a domain name; with a leading dot it stands for everything below the domain.
 *
 * Gives   the name in lower case A-labels without a final dot, or undefined when it is none.
 * Source  RFC 1035, section 2.3.4; RFC 5890, section 2.3.2.1
 */
export function parseDomain(text: string): string | undefined {
  const below = text.startsWith('.')
  if (OF_URLS.test(text)) return undefined
  const ascii = domainToASCII((below ? text.slice(1) : text).replace(/\.$/, ''))
  if (ascii.length > 253 || !NAME.test(ascii)) return undefined
  return below ? `.${ascii}` : ascii
}

/** Where a URL's host ends or has escapes: the conversion would read `a.example#.b` as `a.example`. */
const OF_URLS = /[\u0000-\u0020#%/:?@\\]/

const NAME = /^(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*$/
