import type { Mail, Part } from 'postseal/plugin'

/**
 * Finds the text parts that a reader sees as the message: one, or one for each alternative.
 *
 * Gives   an empty list when the message holds none, or when a change would break something: a
 *         signature around or beside the text, ciphertext, a report, or damage, where readers may
 *         see another structure than we do.
 */
export function bodyParts(mail: Mail): readonly Part[] {
  const parts = shownParts(mail.root)
  if (parts === UNTOUCHABLE || parts.some(part => isDamaged(mail, part))) return []
  return parts
}

const UNTOUCHABLE = 'untouchable'

function shownParts(part: Part): readonly Part[] | typeof UNTOUCHABLE {
  if (part.type === 'text/plain' || part.type === 'text/html') return isAttached(part) ? [] : [part]
  if (NEVER_CHANGED.test(part.type)) return UNTOUCHABLE
  if (!part.type.startsWith('multipart/') || isAttached(part)) return []
  const found: Part[] = []
  for (const child of part.children) {
    const shown = shownParts(child)
    if (shown === UNTOUCHABLE) return UNTOUCHABLE
    found.push(...shown)
    // Only alternatives show the same message twice; else the first text is the message.
    if (found.length > 0 && part.type !== 'multipart/alternative') break
  }
  return found
}

/** Signed, encrypted, or read by programs. */
const NEVER_CHANGED =
  /^(?:multipart\/(?:signed|encrypted|report)|application\/(?:x-)?(?:pkcs7-(?:mime|signature)|pgp-(?:encrypted|signature)|pgp)|message\/)/u

function isAttached(part: Part): boolean {
  return part.disposition === 'attachment' || part.fileName !== undefined
}

function isDamaged(mail: Mail, part: Part): boolean {
  return mail.damage.some(
    damage => part.path === damage.part || part.path.startsWith(`${damage.part}.`),
  )
}
