/** What a sender is told. */
export const NOTICE_KINDS = [
  'waiting',
  'delivered',
  'ended',
  'returned',
  'password',
  'sms',
  'ask',
] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]
/** Those that tell no password and ask nothing. */
export type PlainNoticeKind = Exclude<NoticeKind, 'password' | 'sms' | 'ask'>

/**
 * A notice to a sender, kept until it is in Postfix's queue. It waits (`held`) until the log shows
 * that its cause is in the queue; sent at least once, each time with the same Message-ID.
 */
export interface Notice {
  readonly id: number
  readonly kind: NoticeKind
  /** `Waiting.key`, that of the letter, or the id of the question that it is about; one notice of each kind for a key. */
  readonly key: string
  readonly customer: string
  /** Envelope sender of the message, to whom the notice goes. */
  readonly to: string
  /** Recipient of the message. */
  readonly recipient: string
  readonly reference: string
  /** Why, as policy says it: one sentence, no content. */
  readonly why: string
  readonly messageId: string
  readonly createdAt: number
  /** Not before this time (epoch milliseconds). */
  readonly notBefore: number
  readonly attempts: number
}

export type NewNotice = Omit<Notice, 'id' | 'attempts'> & {
  /** Queue entry whose line in the log releases the notice; undefined: released at once. */
  readonly cause: string | undefined
}
