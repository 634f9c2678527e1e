import type { Backend } from './backend.js'
import { wrongInput } from './checked-input.js'
import type { NewQuestion, Question, QuestionAnswer, QuestionStore } from './questions.js'

/** Longest name and reason that are kept. */
const MAX_TEXT = 1000

/** Questions to senders, over one backend; `now` gives epoch milliseconds. */
export function questionStoreOf(backend: Pick<Backend, 'run'>, now: () => number): QuestionStore {
  return Object.freeze({
    ask: (question: NewQuestion) => backend.run('ask', question),
    ofGuest: (key: string, bodyHash: string) => backend.run('questionOfGuest', { key, bodyHash }),
    endInSilence: (id: string) => backend.run('endInSilence', { id, at: now() }),
    addToken: (id: string, digest: string) =>
      backend.run('addQuestionToken', { id, digest, at: now() }),
    openByToken: (digest: string) => backend.run('openByToken', { digest, at: now() }),
    question: (id: string) => backend.run('questionOf', { id }),
    answer: async (answer: QuestionAnswer) => {
      const { by, reason } = answer
      if (by.trim() === '') throw wrongInput('an answer needs a name')
      if (by.length > MAX_TEXT || reason.length > MAX_TEXT)
        throw wrongInput(`name and reason may have ${MAX_TEXT} characters at most`)
      if (answer.way === 'officer' && reason.trim() === '')
        throw wrongInput('the answer of an officer needs a reason')
      return backend.run('answerQuestion', { answer, at: now() })
    },
    noteIgnored: ({ customer, reference }: Question, why: string) =>
      backend.run('addAudit', {
        at: now(),
        customer,
        actor: 'postseal',
        act: 'ask-ignored',
        object: reference,
        detail: why,
      }),
    find: (customer: string, id: string | undefined) =>
      backend.run('findQuestions', { customer, id }),
  })
}
