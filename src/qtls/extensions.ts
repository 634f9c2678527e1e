import type { SmtpReply } from './smtp-reply.js'

const MAX_KEYWORDS = 60
const STARTTLS = 'STARTTLS'
/** As many letters in their place make a garbled word the one it was. */
const ENOUGH = 5

/** Keywords of an EHLO response in upper case; the first line is a greeting (RFC 5321, 4.1.1.1). */
export function extensionsIn({ lines }: SmtpReply): readonly string[] {
  return lines
    .slice(1, MAX_KEYWORDS + 1)
    .map(line => (line.split(/[ =]/)[0] ?? '').toUpperCase())
    .filter(word => /^[!-~]{1,40}$/.test(word))
}

/** How a server, or who stands before it, speaks of STARTTLS. */
export function starttlsOffer(extensions: readonly string[]): 'offered' | 'stripped' | 'absent' {
  if (extensions.includes(STARTTLS)) return 'offered'
  return extensions.some(isGarbled) ? 'stripped' : 'absent'
}

/**
 * Firewalls that inspect SMTP overwrite keywords that they do not know or do not want, mostly with X
 * and mostly with the length kept: `XXXXXXXA`, `XXXXXXXX`, `STARXXXX`.
 */
function isGarbled(word: string): boolean {
  if (/^X{3,}A?$/.test(word)) return true
  if (word.length !== STARTTLS.length) return false
  return Array.from(STARTTLS).filter((letter, at) => letter === word[at]).length >= ENOUGH
}
