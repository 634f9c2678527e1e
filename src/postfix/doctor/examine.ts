import type { Config } from '../../config/load.js'
import { readInstance } from '../instance.js'
import type { RunPostfix } from '../run.js'
import type { DoctorFacts } from './facts.js'
import { inTurn } from './in-turn.js'
import type { Seen, StoreFacts } from './live-facts.js'
import { questionsFor } from './questions.js'
import { readFiles } from './read-files.js'
import { readSetupFacts } from './read-setup-facts.js'
import { readLive, type SignedNames } from './read-live.js'
import { readTable } from './read-tables.js'
import { readViews } from './read-views.js'
import { nameServersOf } from './resolver.js'
import type { Table } from './table.js'

export interface Examination {
  readonly config: Config
  readonly run: RunPostfix
  readonly store: StoreFacts
  readonly maps: DoctorFacts['maps']
  /** What the follower reads; undefined for the journal. */
  readonly logFile: Seen<string> | undefined
  readonly names: SignedNames
  readonly now: number
  /** Told before each step that may take its time. */
  readonly onStep?: (what: string) => void
}

/** How many steps an examination has. */
export const EXAMINATION_STEPS = 4

/**
 * Looks at everything that the checks want to know. Nothing is changed, nothing is sent, and nobody
 * is asked but this machine and the name servers of resolv.conf.
 *
 * Throws  ERR_POSTFIX_… when there is no such instance or its commands cannot be run; everything
 *         else that cannot be seen is a fact by itself.
 */
export async function examine(examination: Examination): Promise<DoctorFacts> {
  const { config, run, store, maps, logFile, names, now, onStep = () => undefined } = examination
  onStep('settings of Postfix')
  const postfix = await readInstance(config.postfix, run)
  const views = await readViews(run, postfix)
  onStep('files')
  const files = await readFiles(config, postfix, logFile)
  const setup = await readSetupFacts(config, run, postfix)
  onStep('what answers')
  const live = await readLive(config, postfix, nameServersOf(files), names)
  const facts: DoctorFacts = {
    config,
    postfix,
    views,
    tables: new Map(),
    files,
    maps,
    live,
    setup,
    store,
    now,
  }
  onStep('tables')
  const outside = store?.seen === true ? store.value.sampleDomains : []
  return Object.freeze({ ...facts, tables: await readTables(run, facts, outside) })
}

/** A table names others, or tells by its patterns what to ask it; theirs may do so once more. */
const ROUNDS = 3

async function readTables(
  run: RunPostfix,
  facts: DoctorFacts,
  outside: readonly string[],
): Promise<DoctorFacts['tables']> {
  const tables = new Map<string, Table>()
  const asked = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round++) {
    const questions = [...questionsFor({ ...facts, tables }, outside)]
    const open = questions.filter(([name, keys]) => asked.get(name) !== keys.length)
    const read = await inTurn(open, ([name, keys]) => readTable(run, name, keys))
    for (const table of read) tables.set(table.name, table)
    for (const [name, keys] of open) asked.set(name, keys.length)
  }
  return tables
}
