import { encodeHeaderText } from 'postseal/plugin'
import { breakOverlong, foldHeader } from './fold-header.js'

/**
 * Puts the lock in front of a subject.
 *
 * Raw UTF-8 stays raw; else the lock is an encoded word, which every receiver knows. The white space
 * between two encoded words is not shown, so there the blank goes into the lock's own word.
 *
 * Gives   the new value, folded where lines grow too long.
 * Source  RFC 2047 section 6.2, RFC 6532
 */
export function setLock(name: string, value: string, lock: string): string {
  if (/[^\0-\x7f]/u.test(value)) return breakOverlong(foldHeader(name, `${lock} ${value}`))
  const isBeforeEncoded = /^=\?[^\s?]+\?[bq]\?/iu.test(value)
  const word = encodeHeaderText(isBeforeEncoded ? `${lock} ` : lock, name.length + 2)
  return breakOverlong(foldHeader(name, value === '' ? word : `${word} ${value}`))
}
