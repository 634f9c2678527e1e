import type { NewQuestion, Question } from '../../src/store/questions.js'

/** A question about a message of high class of alice; `changes` go over it. */
export function sampleQuestion(changes: Partial<Question> = {}): Question {
  return {
    id: 'abcdefghij0123456789',
    customer: 'clinic',
    reference: '0123456789abcdefghij',
    sender: 'alice@clinic.example',
    authUser: 'alice',
    messageId: '1@clinic.example',
    class: 'high',
    bodyHash: 'body',
    choices: ['seal', 'send', 'cancel'],
    officerChoices: ['seal', 'send', 'cancel'],
    silence: 'reject',
    language: 'en',
    why: 'the transport is not qualified',
    firstAt: 1000,
    createdAt: 2000,
    until: 1_000_000,
    askedAt: undefined,
    state: 'open',
    answer: undefined,
    answeredAt: undefined,
    answeredBy: undefined,
    way: undefined,
    reason: undefined,
    recipients: ['bob@x.example'],
    ...changes,
  }
}

/** What a pass asks to have asked for bob; `changes` go over it. */
export function sampleNewQuestion(changes: Partial<NewQuestion> = {}): NewQuestion {
  const { createdAt: at, ...question } = sampleQuestion()
  const { askedAt: _1, state: _2, answer: _3, answeredAt: _4, answeredBy: _5, ...more } = question
  const { way: _6, reason: _7, recipients: _8, ...rest } = more
  return { ...rest, matter: 'matter', key: 'key', recipient: 'bob@x.example', at, ...changes }
}
