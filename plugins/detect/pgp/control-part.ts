import type { Mail, Part } from 'postseal/plugin'

/** A control part is a dozen bytes (RFC 3156, section 4). */
const CONTROL_BYTES = 64

/**
 * Paths of the parts beside an encrypted one that say nothing but "Version: 1": in
 * multipart/encrypted, or in the multipart/mixed that Exchange makes of it.
 */
export async function controlParts(mail: Mail, encrypted: Part): Promise<readonly string[]> {
  const paths: string[] = []
  for (const part of encrypted.parent?.children ?? []) {
    if (part === encrypted || part.children.length > 0) continue
    if (part.type !== 'application/pgp-encrypted') continue
    const head = await mail.head(part, CONTROL_BYTES)
    if (/^\s*Version:\s*1\s*$/i.test(head.toString('latin1')) && head.length < CONTROL_BYTES)
      paths.push(part.path)
  }
  return paths
}
