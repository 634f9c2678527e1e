import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { DatabaseStore } from '../../src/store/database-store.js'
import { openStore } from '../../src/store/open-store.js'
import type { Question } from '../../src/store/questions.js'
import type { GatewayOptions } from './gateway-running.js'
import { sealingGateway, type SealingGateway } from './seal-gateway.js'
import { startInThisThread } from './store-worker.js'

export const NOON = 1_800_000_000_000

export interface AskingGateway extends SealingGateway {
  readonly database: DatabaseStore
  /** The only question. */
  question(): Promise<Question>
  /** Moves the clock. */
  later(ms: number): void
}

/** A store on a fresh database, closed with the test. */
export async function freshStore(t: Test, now: () => number): Promise<DatabaseStore> {
  const directory = mkdtempSync(join(tmpdir(), 'ask-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const url = `sqlite:${join(directory, 'store.db')}`
  const store = await openStore({ url, deadlineMs: 20_000, startWorker: startInThisThread, now })
  t.teardown(() => store.close())
  return store
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
  const database = await freshStore(t, now)
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
