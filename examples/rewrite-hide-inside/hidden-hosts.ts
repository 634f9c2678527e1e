/**
 * Makes a function that replaces host names below the domains.
 *
 * Shape   `domains` as milter.conf has them: `corp.example`, or `.corp.example` for all below
 * Gives   undefined when there are no domains.
 */
export function hiddenHosts(
  domains: readonly string[],
  replacement: string,
): ((text: string) => string) | undefined {
  if (domains.length === 0) return undefined
  const suffixes = domains.map(domain => `.${domain.replace(/^\./, '')}`.toLowerCase())
  return text =>
    text.replace(HOST, host =>
      suffixes.some(suffix => host.toLowerCase().endsWith(suffix)) ? replacement : host,
    )
}

/** Labels with dots between; not behind an @, since an address is no host (RFC 1123, section 2.1). */
const HOST = /(?<![@\w.-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,10}(?![\w-])/gi
