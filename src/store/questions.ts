import type { AskChoice, AskEnd, RiskClass } from '../policy/model.js'

export const QUESTION_STATES = ['open', 'answered', 'silent'] as const
export type QuestionState = (typeof QUESTION_STATES)[number]

/** How an answer came. */
export const ANSWER_WAYS = ['link', 'reply', 'officer'] as const
export type AnswerWay = (typeof ANSWER_WAYS)[number]

/** A question to a sender about one message, and what has come of it. */
export interface Question {
  /** 20 characters that nobody can guess; stands in the subject of the mail, for answers by mail. */
  readonly id: string
  readonly customer: string
  /** Reference number that people see. */
  readonly reference: string
  readonly sender: string
  /** Who had logged in; undefined: somebody from a trusted network. */
  readonly authUser: string | undefined
  /** Message-ID of the message that it is about, without brackets. */
  readonly messageId: string | undefined
  readonly class: RiskClass
  /** The body that it is about (`Transit.bodyHash`). */
  readonly bodyHash: string
  /** What the sender may answer. */
  readonly choices: readonly AskChoice[]
  /** What an officer may answer in the sender's place. */
  readonly officerChoices: readonly AskChoice[]
  readonly silence: AskEnd
  readonly language: string
  /** Why the message waits, as policy says it. */
  readonly why: string
  /** Epoch milliseconds: when the message came first. */
  readonly firstAt: number
  readonly createdAt: number
  readonly until: number
  /** When the first mail was made; undefined: none yet. */
  readonly askedAt: number | undefined
  readonly state: QuestionState
  readonly answer: AskChoice | undefined
  readonly answeredAt: number | undefined
  readonly answeredBy: string | undefined
  readonly way: AnswerWay | undefined
  readonly reason: string | undefined
  /** Those whom it is about, and nobody else, in the order of the alphabet. */
  readonly recipients: readonly string[]
}

/** What a pass at split asks to have asked, for one recipient. */
export interface NewQuestion extends Pick<
  Question,
  | 'id'
  | 'customer'
  | 'reference'
  | 'sender'
  | 'authUser'
  | 'messageId'
  | 'class'
  | 'bodyHash'
  | 'choices'
  | 'officerChoices'
  | 'silence'
  | 'language'
  | 'why'
  | 'firstAt'
  | 'until'
> {
  /** Recipients with the same one may share a question; made by the gateway. */
  readonly matter: string
  /** That of the waiting room. */
  readonly key: string
  readonly recipient: string
  readonly at: number
}

export interface QuestionAnswer {
  readonly id: string
  readonly choice: AskChoice
  readonly way: AnswerWay
  /** `the sender`, or the name of an officer. */
  readonly by: string
  readonly reason: string
}

export type AnswerOutcome =
  | {
      readonly kind: 'done'
      readonly question: Question
      /** Queue entries that wait for it. */
      readonly queueIds: readonly string[]
    }
  /** `closed`: answered, over, or never there; `not-offered`: not among the choices. */
  | { readonly kind: 'refused'; readonly why: 'closed' | 'not-offered' }

/** Questions to senders. Errors are those of `Store`. */
export interface QuestionStore {
  /**
   * Asks about a recipient, with the mail that is to go out: joins a question about the same matter
   * whose mail is not made yet, else it is a new one. Asking again for the same recipient changes nothing.
   */
  ask(question: NewQuestion): Promise<Question>
  /** The newest question about a recipient who waits, for this very body. */
  ofGuest(key: string, bodyHash: string): Promise<Question | undefined>
  /** Ends a question that nobody has answered in time; gives it as it is then. */
  endInSilence(id: string): Promise<Question | undefined>
  /** Adds the digest of a token for a mail that is being made, after which nobody joins; undefined: not open. */
  addToken(id: string, digest: string): Promise<Question | undefined>
  /** The open question that a token is for. */
  openByToken(digest: string): Promise<Question | undefined>
  question(id: string): Promise<Question | undefined>
  /** Answers an open question, once, with a note for the audit, and lets who waits for it be woken. */
  answer(answer: QuestionAnswer): Promise<AnswerOutcome>
  /** Puts on record that something which looked like an answer had no effect. */
  noteIgnored(question: Question, why: string): Promise<void>
  /** By id, reference, or queue id of who waits; newest first, at most 1,000. `id` undefined: all. */
  find(customer: string, id: string | undefined): Promise<readonly Question[]>
}
