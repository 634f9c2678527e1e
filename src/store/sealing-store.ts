import type { Backend } from './backend.js'
import { GatewayError } from '../errors.js'
import type {
  AnswerEntry,
  GivenPassword,
  LetterEntry,
  PasswordAct,
  SealedText,
  SealingStore,
  StandingKey,
  StandingPassword,
} from './sealing.js'

/** What sealing keeps, over one backend; `now` gives epoch milliseconds. */
export function sealingStoreOf(backend: Pick<Backend, 'run'>, now: () => number): SealingStore {
  return Object.freeze({
    keepLetter: async (entry: LetterEntry) => {
      const kept = await backend.run('keepLetter', entry)
      if (kept !== undefined) return kept
      throw new GatewayError('ERR_STORE_REFUSED', { reason: 'a letter was not kept' })
    },
    letter: (key: string) => backend.run('letterOf', { key }),
    addLetterTry: (key: string, queueId: string) =>
      backend.run('addLetterTry', { key, queueId, at: now() }),
    findLetters: (customer: string, id: string | undefined) =>
      backend.run('findLetters', { customer, id }),
    noteAnswer: (entry: AnswerEntry) => backend.run('noteAnswer', entry),
    answer: (digest: string) => backend.run('answerOf', { digest }),
    countRefusedAnswers: (key: string, since: number) =>
      backend.run('countRefusedAnswers', { key, since }),
    keepGiven: (given: GivenPassword) => backend.run('keepGiven', given),
    given: (reference: string) => backend.run('givenOf', { reference }),
    standing: (key: StandingKey) => backend.run('standingOf', key),
    setStanding: (entry: StandingPassword) => backend.run('setStanding', entry),
    listStanding: (customer: string) => backend.run('listStanding', { customer }),
    removeStanding: (key: StandingKey) => backend.run('removeStanding', key),
    refusedFormats: (domain: string) => backend.run('refusedFormats', { domain }),
    allowFormats: (domain: string, by: string) =>
      backend.run('allowFormats', { domain, by, at: now() }),
    auditPassword: ({ customer, by, act, object, detail }: PasswordAct) =>
      backend.run('addAudit', { at: now(), customer, actor: by, act, object, detail }),
    sealedTexts: (after: SealedText | undefined) => backend.run('sealedTexts', { after }),
    replaceSealed: (old: SealedText, text: string) => backend.run('replaceSealed', { old, text }),
  })
}
