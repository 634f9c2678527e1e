import { reasonOf } from '../errors.js'
import { mapOptions, NO_LEVELS } from '../maps/options.js'
import { compareMaps } from '../maps/write.js'
import { runChecks, type CheckResult } from '../postfix/doctor/check.js'
import { CHECKS } from '../postfix/doctor/checks.js'
import { examine } from '../postfix/doctor/examine.js'
import type { DoctorFacts } from '../postfix/doctor/facts.js'
import type { MapDifference, Seen, StoreFacts } from '../postfix/doctor/live-facts.js'
import { withLines } from '../postfix/doctor/locate.js'
import type { SignedNames } from '../postfix/doctor/read-live.js'
import { readStore } from '../postfix/doctor/read-store.js'
import type { RunPostfix } from '../postfix/run.js'
import type { DatabaseStore } from '../store/database-store.js'
import type { Services } from './container.js'
import { openExistingStore } from './existing-store.js'
import { logOf } from './log-follower.js'

export interface Consultation {
  readonly services: Pick<Services, 'config' | 'log' | 'store' | 'now'>
  readonly run: RunPostfix
  readonly names: SignedNames
  readonly onStep: (what: string) => void
}

export interface Diagnosis {
  readonly facts: DoctorFacts
  readonly results: readonly CheckResult[]
}

/**
 * Looks at everything once and asks every check.
 *
 * Throws  ERR_POSTFIX_… when there is no Postfix to look at.
 */
export async function diagnose(consultation: Consultation): Promise<Diagnosis> {
  const { services, run, names, onStep } = consultation
  const { config, now } = services
  const store = await openExistingStore(services).catch((thrown: unknown) => reasonOf(thrown))
  try {
    const facts = await examine({
      config,
      run,
      store: await storeFacts(store),
      maps: await mapFacts(store, consultation),
      logFile: await logFile(services),
      names,
      now: now(),
      onStep,
    })
    return { facts, results: withLines(runChecks(CHECKS, facts), facts) }
  } finally {
    if (typeof store === 'object') await store.close()
  }
}

/** The store, why it could not be opened, or nothing where there is none yet. */
type Opened = DatabaseStore | string | undefined

async function storeFacts(store: Opened): Promise<StoreFacts> {
  if (store === undefined) return undefined
  if (typeof store === 'string') return { seen: false, reason: store }
  try {
    return { seen: true, value: await readStore(store) }
  } catch (thrown) {
    return { seen: false, reason: reasonOf(thrown) }
  }
}

/** How the maps differ from what `postseal maps` would write now. */
async function mapFacts(
  store: Opened,
  { services, run }: Consultation,
): Promise<Seen<readonly MapDifference[]>> {
  try {
    const { config, now } = services
    const levels = typeof store === 'object' ? store.domains : NO_LEVELS
    const options = await mapOptions({ config, run, levels, now: now() })
    const { changes } = await compareMaps(options)
    const value = changes.map(({ path, counts, uncompiled }) => ({
      path,
      domains: counts.added + counts.removed + counts.changed,
      uncompiled,
    }))
    return { seen: true, value }
  } catch (thrown) {
    return { seen: false, reason: reasonOf(thrown) }
  }
}

/** The file that the follower reads; undefined where it reads the journal. */
async function logFile(services: Consultation['services']): Promise<Seen<string> | undefined> {
  try {
    const { name } = await logOf(services)
    const path = /^file:(.*)$/s.exec(name)?.[1]
    return path === undefined ? undefined : { seen: true, value: path }
  } catch (thrown) {
    return { seen: false, reason: reasonOf(thrown) }
  }
}
