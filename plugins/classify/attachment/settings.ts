import { EXTRACT_LIMITS, s, UNREADABLE_REASONS, type ExtractLimits } from 'postseal/plugin'

/** Settings of the plugin itself; those of the judges come beside them. */
export const ATTACHMENT_SETTINGS = {
  unreadable_class: s.table({
    of: s.riskClass({ doc: 'Class of a message with such a file.' }),
    names: new RegExp(`^(?:${UNREADABLE_REASONS.join('|')})$`),
    default: {},
    example: { scan: 'high' },
    doc: 'Class of a message with a file that cannot be read, by the reason: picture (also sound and film), scan (a document without text), encrypted, damaged, limit (too large, too deep, too long), unknown-format. What is left out is normal: it is on record and raises nothing.',
  }),
  max_file_size: s.size({
    default: '32M',
    min: '1K',
    max: '256M',
    doc: 'Bytes of one attachment that is opened; a larger one is unreadable (limit).',
  }),
  max_unpacked: s.size({
    default: '64M',
    min: '1M',
    max: '1G',
    doc: 'How much one attachment may unpack to.',
  }),
  threads: s.integer({
    default: 2,
    min: 1,
    max: 64,
    doc: 'How many files are opened at the same time, each in a thread of its own.',
  }),
  thread_memory: s.size({
    default: '256M',
    min: '64M',
    max: '4G',
    doc: 'Memory of such a thread; a document that takes more is unreadable (limit).',
  }),
  max_depth: s.integer({
    default: EXTRACT_LIMITS.maxDepth,
    min: 0,
    max: 20,
    doc: 'How many files inside each other are opened: archives, mails, embedded documents.',
  }),
  max_entries: s.integer({
    default: EXTRACT_LIMITS.maxEntries,
    min: 1,
    max: 100_000,
    doc: 'How many files one attachment may hold.',
  }),
  max_pages: s.integer({
    default: EXTRACT_LIMITS.maxPages,
    min: 1,
    max: 100_000,
    doc: 'How many pages of a PDF file are read.',
  }),
  max_time: s.duration({
    default: '8s',
    min: '100ms',
    max: '5m',
    doc: 'How long reading the attachments of one message may take; what is not read by then is unreadable (limit). Keep it well below the timeout of plugins, which defers the message.',
  }),
} as const

interface LimitSettings {
  readonly max_unpacked: number
  readonly max_depth: number
  readonly max_entries: number
  readonly max_pages: number
  readonly max_message_size: number
  readonly max_time: number
}

export function limitsOf(config: LimitSettings): ExtractLimits {
  return {
    maxDepth: config.max_depth,
    maxEntries: config.max_entries,
    maxUnpackedBytes: config.max_unpacked,
    maxPages: config.max_pages,
    maxTextChars: config.max_message_size,
    maxTimeMs: config.max_time,
  }
}
