import type { Kysely } from 'kysely'
import { addAudit, listAudit } from './operations/audit.js'
import { ensureCustomer, listCustomers, syncCustomers } from './operations/customers.js'
import { followedAt, followPosition, saveEvidence } from './operations/evidence.js'
import { readFlags, setPaused } from './operations/flags.js'
import { levelHistory, listLevels, setLevels } from './operations/levels.js'
import { findMessages, pageOfMessages, passesOf, transitUnder } from './operations/messages.js'
import { addNotice, dueNotices, noticeFailed, noticeSent } from './operations/outbox.js'
import {
  addToPluginValue,
  deletePluginValue,
  pluginValue,
  setPluginValue,
} from './operations/plugin-state.js'
import { requestProbe } from './operations/probe-requests.js'
import { purgeStep } from './operations/purge.js'
import { queueEntry } from './operations/queue-entry.js'
import { sharedSecret } from './operations/secrets.js'
import { decideWaiting, waitingToWake } from './operations/waiting-answers.js'
import { endWait, listWaiting, wait, waitingOf } from './operations/waiting.js'
import type { Schema } from './schema.js'

/**
 * Everything that is asked of the database besides writing records, by name. On SQLite a name and
 * its plain-data input travel to the worker thread; on PostgreSQL the function is called at once.
 */
export const OPERATIONS = {
  addAudit,
  addNotice,
  addToPluginValue,
  decideWaiting,
  deletePluginValue,
  dueNotices,
  endWait,
  ensureCustomer,
  findMessages,
  followPosition,
  followedAt,
  levelHistory,
  listAudit,
  listCustomers,
  listLevels,
  listWaiting,
  noticeFailed,
  noticeSent,
  pageOfMessages,
  passesOf,
  pluginValue,
  purgeStep,
  queueEntry,
  readFlags,
  requestProbe,
  saveEvidence,
  setLevels,
  setPaused,
  setPluginValue,
  sharedSecret,
  syncCustomers,
  transitUnder,
  wait,
  waitingOf,
  waitingToWake,
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
