/** Why nobody could read a file, or not all of it. */
export const UNREADABLE_REASONS = [
  'picture',
  'scan',
  'encrypted',
  'damaged',
  'limit',
  'unknown-format',
] as const
/** Why the text of an attachment could not be read, or not all of it. */
export type UnreadableReason = (typeof UNREADABLE_REASONS)[number]

/**
 * One thing that an attached file holds. `trail` names the files between the attachment and what was
 * found: empty for the attachment itself, `['scans.zip', 'page.pdf']` two archives further inside.
 */
export type Extract =
  | {
      readonly kind: 'text'
      readonly trail: readonly string[]
      readonly text: string
      /** The text is HTML as it stands. */
      readonly isHtml: boolean
      /** Somebody wrote it as mail: it may have a signature, quoted replies, a disclaimer. */
      readonly isMail: boolean
      readonly isCut: boolean
    }
  /** A name or a subject inside the file: what anybody sees who opens it. */
  | {
      readonly kind: 'name'
      readonly trail: readonly string[]
      readonly of: 'file name' | 'subject'
      readonly text: string
    }
  /** What Microsoft Purview wrote into a document, as `MSIP_Label_<GUID>_<Key>=<value>` entries. */
  | {
      readonly kind: 'sensitivity-label'
      readonly trail: readonly string[]
      readonly entries: string
    }
  | {
      readonly kind: 'unreadable'
      readonly trail: readonly string[]
      readonly reason: UnreadableReason
      /** A few words without content. */
      readonly why: string
    }

/** What reading the attachments of one message may cost. */
export interface ExtractLimits {
  /** Archives, mails and documents inside each other that are opened. */
  readonly maxDepth: number
  /** Entries of all archives and parts of all mails together. */
  readonly maxEntries: number
  /** Bytes that are unpacked, all together. */
  readonly maxUnpackedBytes: number
  /** Pages of one PDF file, of all sheets of a workbook that many thousand rows. */
  readonly maxPages: number
  /** Characters of all texts together. */
  readonly maxTextChars: number
  /** Time after which nothing new is begun. */
  readonly maxTimeMs: number
}

/** What reading the attachments of one message may cost, as it is shipped. */
export const EXTRACT_LIMITS: ExtractLimits = {
  maxDepth: 4,
  maxEntries: 5000,
  maxUnpackedBytes: 64 * 1024 * 1024,
  maxPages: 500,
  maxTextChars: 2 * 1024 * 1024,
  maxTimeMs: 8000,
}
