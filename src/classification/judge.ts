import type { Label } from '../policy/model.js'

/** A label as a classifier gives it; the host adds the plugin's name. */
export type ClassLabel = Omit<Label, 'plugin'>

/** Where in a part something was found, as the reason says it. */
export type Place = NonNullable<Label['place']>

/** Everything that a message says in one place. */
export interface Passage {
  /** Path of the part. */
  readonly path: string
  readonly place: Place
  readonly text: string
  /** The text is HTML; what it says is found first. */
  readonly isHtml?: boolean
  /** A text that somebody wrote as mail, so it may have quoted replies, signatures, disclaimers. */
  readonly isMail?: boolean
  /** The text goes on; its last word may be a piece of a longer one. */
  readonly isCut?: boolean
  /** Names of the files that lead to it, where an attachment was opened; goes into the label. */
  readonly file?: string
}

/** Where a passage stands, as a label says it. */
export type PassagePlace = Pick<Passage, 'path' | 'place' | 'file'>

/** Where a passage stands, without its text. */
export function placeOf({ path, place, file }: Passage): PassagePlace {
  return { path, place, ...(file === undefined ? {} : { file }) }
}

/** One key for each place of a message. */
export function placeKey({ path, place, file = '' }: PassagePlace): string {
  return `${path} ${place} ${file}`
}

/** The fields of a label that say where. */
export function placeFields({
  path,
  place,
  file,
}: PassagePlace): Pick<ClassLabel, 'part' | 'place' | 'file'> {
  return { part: path, place, ...(file === undefined ? {} : { file }) }
}

/**
 * Reads what one message says, passage by passage, and says in labels what class it asks for.
 *
 * Every classifier that looks at text judges by these, so a word or a number in an attachment
 * counts as it would in a body. Nothing of the text is kept but what the labels are made of.
 */
export interface Judge {
  /** Reads a passage; on a long one other work has its turn. Throws when `signal` is aborted. */
  read(passage: Passage, signal: AbortSignal): Promise<void>
  /** Whether more text would make no difference, or is beyond the limits. */
  readonly isFull: boolean
  labels(): readonly ClassLabel[]
}
