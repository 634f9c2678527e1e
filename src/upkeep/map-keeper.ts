import type { Config } from '../config/load.js'
import type { Log } from '../log/log.js'
import { mapEntries } from '../maps/entries.js'
import { mapOptions } from '../maps/options.js'
import { writeMaps } from '../maps/write.js'
import type { RunPostfix } from '../postfix/run.js'
import { ALL_CUSTOMERS, type StoreAdmin } from '../store/admin.js'

/** Levels end by themselves as well, so the maps are looked at this often although nobody set any. */
const AT_LEAST_EVERY_MS = 60_000

export interface MapKeeperOptions {
  readonly config: Config
  readonly store: Pick<StoreAdmin, 'levelsRevision' | 'listLevels'>
  readonly run: RunPostfix
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
}

/**
 * Keeps the maps of Postfix as the levels of the domains want them, and knows for which domains the
 * lane `qtls` has its entry: a message bound to it before would come back as if TLS had failed.
 */
export class MapKeeper {
  readonly #options: MapKeeperOptions
  #written: ReadonlySet<string> = new Set()
  #revision: number | undefined
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(options: MapKeeperOptions) {
    this.#options = options
  }

  /** Whether Postfix has been told how to verify a qualified domain. */
  hasEntry(domain: string): boolean {
    return this.#written.has(domain)
  }

  /** Writes the maps if the levels have changed; cheap otherwise. */
  async keep(): Promise<void> {
    const { config, store, run, log, now } = this.#options
    const at = now()
    const revision = await store.levelsRevision()
    if (revision === this.#revision && at - this.#lookedAt < AT_LEAST_EVERY_MS) return
    const levels = await store.listLevels(ALL_CUSTOMERS)
    const options = await mapOptions({ config, levels, now: at, run })
    const { changes, refused } = await writeMaps(options)
    this.#written = new Set(mapEntries(levels, options).entries.qtls_policy.map(({ key }) => key))
    this.#revision = revision
    this.#lookedAt = at
    for (const { name, path, entries } of changes)
      log.info('map written', { file: path, count: entries, reason: name })
    for (const { domain, reason } of refused)
      log.warn('a domain has no entry in the maps, so it cannot be qualified', { domain, reason })
  }
}
