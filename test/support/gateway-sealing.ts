import type {
  AnswerEntry,
  GivenPassword,
  LetterEntry,
  PasswordAct,
  RefusedFormat,
  SealingStore,
  StandingPassword,
} from '../../src/store/sealing.js'

/** What sealing has kept in a test. */
export interface MemorySealing {
  readonly sealing: SealingStore
  readonly letters: Map<string, LetterEntry>
  readonly tries: { readonly key: string; readonly queueId: string }[]
  readonly answers: Map<string, AnswerEntry>
  readonly given: Map<string, GivenPassword>
  readonly standing: StandingPassword[]
  readonly refused: RefusedFormat[]
  readonly acts: PasswordAct[]
}

/** What sealing keeps, in memory. */
export function memorySealing(): MemorySealing {
  const memory = {
    letters: new Map<string, LetterEntry>(),
    tries: [] as { key: string; queueId: string }[],
    answers: new Map<string, AnswerEntry>(),
    given: new Map<string, GivenPassword>(),
    standing: [] as StandingPassword[],
    refused: [] as RefusedFormat[],
    acts: [] as PasswordAct[],
  }
  const sealing: SealingStore = {
    keepLetter: async entry => {
      const known = memory.letters.get(entry.key)
      const isNew = known === undefined || (known.way === 'key' && entry.way !== 'key')
      const kept = isNew ? entry : { ...known, format: entry.format }
      memory.letters.set(entry.key, kept)
      return kept
    },
    letter: async key => memory.letters.get(key),
    addLetterTry: async (key, queueId) => void memory.tries.push({ key, queueId }),
    findLetters: async (_, id) =>
      [...memory.letters.values()].filter(
        ({ reference, key }) => id === undefined || id === reference || id === key,
      ),
    noteAnswer: async entry => {
      if (!memory.answers.has(entry.digest)) memory.answers.set(entry.digest, entry)
    },
    answer: async digest => memory.answers.get(digest),
    countRefusedAnswers: async (key, since) =>
      [...memory.answers.values()].filter(
        one => one.key === key && one.outcome === 'refused' && one.at >= since,
      ).length,
    keepGiven: async given => {
      if (!memory.given.has(given.reference)) memory.given.set(given.reference, given)
    },
    given: async reference => memory.given.get(reference),
    standing: async key =>
      memory.standing.find(
        one => one.senderDomain === key.senderDomain && one.recipient === key.recipient,
      ),
    setStanding: async entry => void memory.standing.push(entry),
    listStanding: async () => memory.standing,
    removeStanding: async () => false,
    refusedFormats: async domain => memory.refused.filter(one => one.domain === domain),
    allowFormats: async () => 0,
    auditPassword: async act => void memory.acts.push(act),
    sealedTexts: async () => [],
    replaceSealed: async () => false,
  }
  return { ...memory, sealing }
}
