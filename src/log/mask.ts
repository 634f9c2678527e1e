/** Longest text of one field; a stack is the longest honest one. */
const MAX_LENGTH = 4000

/**
 * Makes a text fit for the log: credentials in URLs and after well-known names become `***`,
 * control characters (a forged line, a terminal escape) are escaped, and the length is bounded.
 */
export function maskText(text: string): string {
  const cut = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
  if (HARMLESS.test(cut)) return cut
  return cut
    .replace(CREDENTIALS, '$1***@')
    .replace(SECRETS, '$1***')
    .replace(CONTROLS, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Printable ASCII without `:` and `=`, as most values are: none of the patterns below can match. */
const HARMLESS = /^[\x20-9;<>-~]*$/

/** `user:password@` of a URL; the user name goes too. */
const CREDENTIALS = /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@]{1,1000}@/gi

const SECRETS =
  /\b((?:password|passwd|passphrase|secret|token|api[_-]?key)["']?\s{0,3}[=:]\s{0,3})[^\s&,;]+/gi

/** Control characters but line feed, which a stack needs, and direction overrides. */
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g
