import type { Kysely } from 'kysely'
import { answerOf, countRefusedAnswers, noteAnswer } from './operations/answers.js'
import { addAudit, listAudit } from './operations/audit.js'
import {
  addConfirmation,
  listConfirmations,
  withdrawConfirmation,
} from './operations/confirmations.js'
import { ensureCustomer, listCustomers, syncCustomers } from './operations/customers.js'
import { followedAt, followPosition, saveEvidence } from './operations/evidence.js'
import { readFlags, setPaused } from './operations/flags.js'
import { forgetDomain, learnDomains, pageOfKnown } from './operations/known-domains.js'
import {
  changedLevels,
  levelCandidates,
  levelsBelow,
  levelsWithNextHop,
  pageOfLevels,
} from './operations/level-lookup.js'
import {
  levelHistory,
  levelSummary,
  listLevels,
  setLevels,
  unsetLevel,
} from './operations/levels.js'
import {
  addLetterTry,
  findLetters,
  givenOf,
  keepGiven,
  keepLetter,
  letterOf,
} from './operations/letters.js'
import { allowFormats, refusedFormats } from './operations/letter-ways.js'
import { replaceSealed, sealedTexts } from './operations/sealed-texts.js'
import {
  listStanding,
  removeStanding,
  setStanding,
  standingOf,
} from './operations/standing-passwords.js'
import { findMessages, pageOfMessages, passesOf, transitUnder } from './operations/messages.js'
import { addNotice, dueNotices, noticeFailed, noticeSent } from './operations/outbox.js'
import {
  addToPluginValue,
  deletePluginValue,
  pluginValue,
  setPluginValue,
} from './operations/plugin-state.js'
import { requestProbe } from './operations/probe-requests.js'
import { policyRows } from './operations/policy-lookup.js'
import { purgeStep } from './operations/purge.js'
import { answerQuestion, endInSilence } from './operations/question-answers.js'
import {
  addQuestionToken,
  ask,
  findQuestions,
  openByToken,
  questionOf,
  questionOfGuest,
} from './operations/questions.js'
import { queueEntry } from './operations/queue-entry.js'
import { countDue, giveBack, takeDue, takeNamed } from './operations/schedule.js'
import { addKeys, keysOf, keysUsed, pageOfKeys, removeKeys } from './operations/recipient-keys.js'
import { sharedSecret } from './operations/secrets.js'
import {
  factsOf,
  pageOfVerdicts,
  saveVerdicts,
  verdictHistory,
  verdictOf,
} from './operations/verdicts.js'
import { reviseVerdicts, staleVerdicts } from './operations/verdict-rules.js'
import { decideWaiting, waitingToWake } from './operations/waiting-answers.js'
import { endWait, listWaiting, wait, waitingOf } from './operations/waiting.js'
import type { Schema } from './schema.js'

/**
 * Everything that is asked of the database besides writing records, by name. On SQLite a name and
 * its plain-data input travel to the worker thread; on PostgreSQL the function is called at once.
 */
export const OPERATIONS = {
  addAudit,
  addConfirmation,
  addKeys,
  addLetterTry,
  allowFormats,
  answerOf,
  countRefusedAnswers,
  findLetters,
  givenOf,
  keepGiven,
  keepLetter,
  letterOf,
  listStanding,
  noteAnswer,
  refusedFormats,
  removeStanding,
  replaceSealed,
  sealedTexts,
  setStanding,
  standingOf,
  addNotice,
  addQuestionToken,
  answerQuestion,
  ask,
  endInSilence,
  findQuestions,
  openByToken,
  questionOf,
  questionOfGuest,
  addToPluginValue,
  changedLevels,
  countDue,
  decideWaiting,
  deletePluginValue,
  dueNotices,
  endWait,
  ensureCustomer,
  factsOf,
  findMessages,
  followedAt,
  followPosition,
  forgetDomain,
  giveBack,
  learnDomains,
  levelCandidates,
  keysOf,
  keysUsed,
  levelHistory,
  levelsBelow,
  levelSummary,
  levelsWithNextHop,
  listAudit,
  listConfirmations,
  listCustomers,
  listLevels,
  listWaiting,
  noticeFailed,
  noticeSent,
  pageOfLevels,
  pageOfKeys,
  pageOfKnown,
  pageOfMessages,
  pageOfVerdicts,
  passesOf,
  pluginValue,
  policyRows,
  purgeStep,
  queueEntry,
  readFlags,
  removeKeys,
  requestProbe,
  reviseVerdicts,
  saveEvidence,
  saveVerdicts,
  setLevels,
  setPaused,
  setPluginValue,
  sharedSecret,
  staleVerdicts,
  syncCustomers,
  takeDue,
  takeNamed,
  transitUnder,
  unsetLevel,
  verdictHistory,
  verdictOf,
  wait,
  waitingOf,
  waitingToWake,
  withdrawConfirmation,
} as const

type Operations = typeof OPERATIONS

export type OperationName = keyof Operations
export type OperationInput<N extends OperationName> = Parameters<Operations[N]>[1]
export type OperationResult<N extends OperationName> = Awaited<ReturnType<Operations[N]>>

export function runOperation<N extends OperationName>(
  db: Kysely<Schema>,
  name: N,
  input: OperationInput<N>,
): Promise<OperationResult<N>> {
  const operation = OPERATIONS[name] as unknown as (
    db: Kysely<Schema>,
    input: OperationInput<N>,
  ) => Promise<OperationResult<N>>
  return operation(db, input)
}
