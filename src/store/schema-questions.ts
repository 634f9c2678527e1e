import type { AskChoice, AskEnd, RiskClass } from '../policy/model.js'
import type { AnswerWay, QuestionState } from './questions.js'

/** The tables of questions to senders; see `Schema`. */
export interface QuestionSchema {
  question: QuestionTable
  question_recipient: QuestionRecipientTable
  question_token: QuestionTokenTable
}

export interface QuestionTable {
  id: string
  customer_id: number
  /** What is asked about: message, body, class and choices, as a digest. */
  matter: string
  /** From 0; recipients that come when the mail is out already get another question. */
  round: number
  reference: string
  sender: string
  auth_user: string | null
  message_id: string | null
  class: RiskClass
  content_digest: string
  /** With a space between two. */
  choices: string
  officer_choices: string
  silence: AskEnd
  language: string
  why: string
  first_at: number
  created_at: number
  joined_at: number
  until: number
  /** When the first mail was made; nobody joins any more. */
  asked_at: number | null
  state: QuestionState
  answer: AskChoice | null
  answered_at: number | null
  answered_by: string | null
  way: AnswerWay | null
  reason: string | null
}

export interface QuestionRecipientTable {
  question: string
  /** That of the waiting room. */
  key: string
  recipient: string
}

export interface QuestionTokenTable {
  /** SHA-256 of a token, hexadecimal. */
  digest: string
  question: string
  made_at: number
}
