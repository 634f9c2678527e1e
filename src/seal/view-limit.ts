import type { Mail, Part } from '../message/mail.js'
import { MAX_FILES, MAX_VIEW } from './container/payload.js'

/** Bytes that a view may take up whatever the message is. */
const VIEW_BASE = 128 * 1024
/** A text as JSON in UTF-8 may be so much larger than it came. */
const TEXT_GROWTH = 3
/** Name, media type, place and Content-ID of a file, at their longest. */
const FILE_ENTRY = 900

/**
 * Bytes of a view at most, from the structure of a message alone: so the size of a letter is known before
 * it is made. What would not fit is cut or left out of the view; the message itself has it.
 */
export function viewLimit({ source, root }: Pick<Mail, 'source' | 'root'>): number {
  let text = 0
  let leaves = 0
  for (const part of leavesOf(root)) {
    leaves += 1
    if (isBody(part) && part.type.startsWith('text/')) text += part.body.end - part.body.start
  }
  const needed = TEXT_GROWTH * text + FILE_ENTRY * Math.min(leaves, MAX_FILES)
  return Math.min(MAX_VIEW, VIEW_BASE + Math.min(Math.floor(source.size / 2), needed))
}

/** Neither an attachment nor inside another message. */
export function isBody(part: Part): boolean {
  if (part.disposition === 'attachment' || part.fileName !== undefined) return false
  for (let around = part.parent; around !== undefined; around = around.parent)
    if (around.type === 'message/rfc822') return false
  return true
}

function* leavesOf(part: Part): Generator<Part> {
  if (part.children.length === 0) yield part
  else for (const child of part.children) yield* leavesOf(child)
}
