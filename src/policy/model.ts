/**
 * The nouns of the decision: plain data, made once, read by everybody.
 *
 * Classifiers give labels, detectors give findings, the message gives its readable content, the
 * store gives the level of each recipient's domain; `decide` turns these into a Decision.
 */

/** How much protection a message needs, weakest first. */
export const RISK_CLASSES = ['normal', 'high', 'confidential'] as const
/** How much protection a message needs. */
export type RiskClass = (typeof RISK_CLASSES)[number]

/** What a classifier says about the class of a message. Evidence is masked, never content. */
export interface Label {
  /** Name of the plugin, put in by the host. */
  readonly plugin: string
  /** What was seen, in kebab-case: `subject-tag`, `sensitivity-header`. */
  readonly id: string
  readonly class: RiskClass
  /** Path of the part (`1`, `1.2`), if it was seen in one. */
  readonly part?: string
  readonly count?: number
  /** One sentence for the log and the record, without content. */
  readonly why: string
  /** Where in the part it was seen. */
  readonly place?: 'text' | 'subject' | 'file name' | 'file'
  /**
   * Names of the files that lead to it, from the attachment inwards: `scans.zip > page.pdf`. For whoever
   * has the message (`postseal check`); no log and no record keeps it.
   */
  readonly file?: string
  /** What was seen: words of a list, numbers masked. Kept as little as `file`. */
  readonly evidence?: readonly string[]
  /** How much there is of it in the message, and from how much on it has this class. */
  readonly threshold?: { readonly total: number; readonly from: number }
}

/** Systems that protect content. */
export const SYSTEMS = [
  'smime',
  'pgp',
  'pdf',
  'zip',
  '7z',
  'rar',
  'office',
  'odf',
  'rms',
  'seppmail',
  'cryptshare',
  'ftapi',
  'spx',
  'postseal',
] as const
/** A system that protects content. */
export type System = (typeof SYSTEMS)[number]

/** What may be said of content that seems protected. */
export const VERDICTS = ['encrypted', 'weak', 'partial', 'not-encrypted', 'unknown'] as const
/** What is said of content that seems protected. */
export type Verdict = (typeof VERDICTS)[number]

/** What a detector saw in one part, decided on its bytes. */
export interface Finding {
  readonly plugin: string
  readonly system: System
  readonly part: string
  readonly verdict: Verdict
  readonly why: string
  /**
   * Paths of further parts that this finding accounts for and that hold no readable content by
   * themselves, such as the `application/pgp-encrypted` control part beside the ciphertext.
   */
  readonly accounts?: readonly string[]
  /**
   * Byte ranges of the *decoded* part that are ciphertext, for protection inside a readable part
   * (inline PGP). Absent: the whole part.
   */
  readonly ranges?: readonly { readonly start: number; readonly end: number }[]
}

export const COVERAGES = ['whole', 'body', 'attachments', 'part', 'none'] as const
export type Coverage = (typeof COVERAGES)[number]

export const STRENGTHS = ['strong', 'weak', 'none'] as const
export type Strength = (typeof STRENGTHS)[number]

/** The verdict on the message as a whole; the JSON of `postseal detect` is this plus the file. */
export interface ContentVerdict {
  readonly verdict: Verdict
  /** System of the weakest protected part; null when nothing is protected. */
  readonly system: System | null
  readonly coverage: Coverage
  readonly strength: Strength
  readonly parts: readonly {
    readonly path: string
    readonly system: System
    readonly verdict: Verdict
    readonly why: string
  }[]
  readonly why: string
}

/** What a recipient's domain offers; `internal` never leaves. */
export const LEVELS = ['qualified', 'mandatory', 'none', 'undetermined', 'internal'] as const
export type Level = (typeof LEVELS)[number]

export const ACTIONS = ['deliver', 'seal', 'wait', 'ask', 'hold', 'hand-over', 'reject'] as const
export type Action = (typeof ACTIONS)[number]

/** What may be answered to the question that the action `ask` puts to a sender. */
export const ASK_CHOICES = ['seal', 'send', 'cancel'] as const
/** `send`: the sender says that the message is of the class normal. */
export type AskChoice = (typeof ASK_CHOICES)[number]

/** What is done when nobody answers, or nobody can be asked. */
export const ASK_ENDS = ['reject', 'seal', 'hold'] as const
export type AskEnd = (typeof ASK_ENDS)[number]

/** What is done for one recipient, and the row that said so. */
export interface RecipientDecision {
  readonly address: string
  readonly domain: string
  readonly level: Level
  readonly action: Action
  /** Final lane, null unless deliver, seal or hand-over. */
  readonly lane: string | null
  /** Name of the row that fired, such as `high.2` or `rule.partners`. */
  readonly row: string
  readonly why: string
}

/** What was decided on a message: its class and content as a whole, and what is done for each recipient. */
export interface Decision {
  readonly class: RiskClass
  readonly labels: readonly Label[]
  readonly content: ContentVerdict
  readonly recipients: readonly RecipientDecision[]
  /** The lane that this pass pins the message to; absent when it pins none. */
  readonly pin?: string
  /** The message came back from a lane: what was put into its body for the way out is in it already. */
  readonly returned?: boolean
}

/**
 * What sort of mail this is: a claim of the sender, so a row of the table may make it stricter
 * (nobody can be asked about an automatic answer) but never laxer.
 */
export const MESSAGE_KINDS = [
  'ordinary',
  'auto-reply',
  'report',
  'mdn',
  'calendar-reply',
  'list',
] as const
export type MessageKind = (typeof MESSAGE_KINDS)[number]

/**
 * One piece of a message that anybody on the way can read, unless a finding protects it: a leaf of
 * the part tree, or the text around the boundaries of a multipart.
 */
export interface ReadablePiece {
  /** Path of the leaf; for preamble and epilogue that of their multipart. */
  readonly path: string
  readonly place: 'body' | 'attachment' | 'preamble' | 'epilogue'
  /**
   * Whether it says anything to whoever reads it as it stands: bytes, or text that is more than
   * blank, outside the ranges that findings protect and outside known boilerplate.
   */
  readonly hasContent: boolean
  readonly fileName: string | undefined
}

/** What the decision on the coverage is made from: facts about the content, never the content. */
export interface ReadableContent {
  /** A bare file is judged as what it is; a mail by how much of it is protected. */
  readonly form: 'mail' | 'file'
  readonly pieces: readonly ReadablePiece[]
  /** Where nobody can say what is inside: `unknown`, whatever was found elsewhere. */
  readonly undecidable: readonly Doubt[]
  /** What another program may read in another way: `unknown` unless it is readable either way. */
  readonly ambiguous: readonly Doubt[]
  /** Where a password is given away, a path or `subject`; not looked for when nothing is protected. */
  readonly passwordAt: string | undefined
}

export interface Doubt {
  readonly path: string
  readonly why: string
  /** For an ambiguous piece: whether its bytes could be protected content when read otherwise. */
  readonly mayHideProtection?: boolean
}
