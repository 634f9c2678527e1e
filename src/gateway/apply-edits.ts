import { planSplices, splicedBody } from '../message/splice.js'
import type { Edit } from '../message/edit.js'
import type { Mail } from '../message/mail.js'
import { wireOfText, type Transaction } from '../milter/index.js'
import { hashOf } from './body-hash.js'

/**
 * Hands the edits of the rewrite plugins to the milter library, which sends them with the answer.
 *
 * Without a splice the body is not touched at all, so it goes out byte for byte as it came.
 */
export function applyEdits(edits: readonly Edit[], mail: Mail, tx: Transaction): void {
  for (const edit of edits) applyHeaderEdit(edit, tx)
  const splices = planSplices(mail, edits)
  if (splices.length > 0) tx.edits.replaceBody(splicedBody(mail, splices))
}

/** What the body will be known by once the edits are made; `bodyHash` is that of the body as it came. */
export async function hashAfter(
  edits: readonly Edit[],
  mail: Mail,
  bodyHash: string,
): Promise<string> {
  const splices = planSplices(mail, edits)
  return splices.length === 0 ? bodyHash : hashOf(splicedBody(mail, splices))
}

function applyHeaderEdit(edit: Edit, tx: Transaction): void {
  switch (edit.kind) {
    case 'add-header':
      if (edit.at === 'top') tx.edits.insertHeader(0, edit.name, wireOfText(edit.value))
      else tx.edits.addHeader(edit.name, wireOfText(edit.value))
      return
    case 'set-header':
      tx.edits.changeHeader(edit.name, edit.occurrence ?? 1, wireOfText(edit.value))
      return
    case 'remove-header':
      tx.edits.removeHeader(edit.name, edit.occurrence)
      return
    case 'splice':
      return
  }
}
