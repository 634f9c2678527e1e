import type { Test } from 'tap'
import type { AuditEntry } from '../../src/store/admin.js'
import { runOperation } from '../../src/store/operations.js'
import { questionStoreOf } from '../../src/store/question-store.js'
import type { Question, QuestionStore } from '../../src/store/questions.js'
import type { GatewayOptions } from './gateway-running.js'
import { sealingGateway, type SealingGateway } from './seal-gateway.js'
import { memoryDatabase } from './store-memory.js'

export const NOON = 1_800_000_000_000

export interface AskingGateway extends SealingGateway {
  readonly database: QuestionDatabase
  /** The only question. */
  question(): Promise<Question>
  /** Moves the clock. */
  later(ms: number): void
}

/** Questions in a database in memory, and what the audit says of them. */
export interface QuestionDatabase {
  readonly questions: QuestionStore
  audit(): Promise<readonly AuditEntry[]>
}

export async function questionDatabase(t: Test, now: () => number): Promise<QuestionDatabase> {
  const { db } = await memoryDatabase(t)
  return {
    questions: questionStoreOf({ run: (name, input) => runOperation(db, name, input) }, now),
    audit: () => runOperation(db, 'listAudit', { customer: '*' }),
  }
}

/**
 * A gateway that asks about every message of class high to `bad.example` and `fair.example`, and can
 * seal; its questions are in a database.
 */
export async function askingGateway(
  t: Test,
  settings = '',
  options: GatewayOptions = {},
): Promise<AskingGateway> {
  let at = NOON
  const now = (): number => at
  const database = await questionDatabase(t, now)
  const gateway = await sealingGateway(t, {
    levels: { 'bad.example': 'none', 'fair.example': 'mandatory' },
    now,
    store: { questions: database.questions },
    ...options,
    settings: `${settings.includes('[ask]') ? settings : `[ask]\naddress = "ask@in.example"\n${settings}`}
[[rule]]
name = "ask"
domain = ["bad.example", "fair.example"]
class = ["high", "confidential"]
action = "ask"
reason = "the sender knows"
user = ["anna", "bert"]
${options.settings ?? ''}`,
  })
  return {
    ...gateway,
    database,
    question: async () => {
      const [question, ...others] = await database.questions.find('*', undefined)
      if (question === undefined || others.length > 0)
        throw new Error(`${others.length + 1} questions`)
      return question
    },
    later: ms => {
      at += ms
    },
  }
}
