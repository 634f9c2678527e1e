import { join } from 'node:path'
import type { Config } from '../config/load.js'
import type { Log } from '../log/log.js'
import { mapOptions } from '../maps/options.js'
import { writeMaps, type LevelSource } from '../maps/write.js'
import { WrittenMap } from '../maps/written-map.js'
import { mapsDirectory } from '../postfix/lanes/names.js'
import type { RunPostfix } from '../postfix/run.js'
import type { StoreAdmin } from '../store/admin.js'

/** Levels end by themselves as well, so the maps are looked at this often although nobody set any. */
const AT_LEAST_EVERY_MS = 60_000

/** Writing a million entries takes seconds: at most this part of the time goes into it. */
const PART_OF_TIME = 1 / 5

export interface MapKeeperOptions {
  /** As they are now. */
  readonly config: () => Config
  /** Whether the verdicts are those of the rules in force; else the maps stay as they are. */
  readonly isRevised: () => boolean
  readonly store: Pick<StoreAdmin, 'levelsRevision'> & { readonly domains: LevelSource }
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
  #written: WrittenMap | undefined
  #revision: number | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  #restUntil = Number.NEGATIVE_INFINITY

  constructor(options: MapKeeperOptions) {
    this.#options = options
  }

  /** Whether Postfix has been told how to verify a qualified domain. */
  hasEntry(domain: string): boolean {
    const policy = this.#written?.policyOf(domain)
    return policy !== undefined && !policy.includes('unqualified.invalid')
  }

  /** Whether the entry names the keys that the prober saw, so that a server with a new one is refused. */
  hasKeys(domain: string): boolean {
    return this.#written?.policyOf(domain)?.startsWith('fingerprint ') === true
  }

  /** Writes the maps if the levels have changed; cheap otherwise. */
  async keep(): Promise<void> {
    const { store, run, log, now, isRevised } = this.#options
    const config = this.#options.config()
    if (!isRevised()) {
      this.#written ??= opened(join(mapsDirectory(config), 'qtls_policy'))
      return
    }
    const at = now()
    if (at < this.#restUntil) return
    const revision = await store.levelsRevision()
    if (revision === this.#revision && at - this.#lookedAt < AT_LEAST_EVERY_MS) return
    const options = await mapOptions({ config, levels: store.domains, now: at, run })
    try {
      const { changes, refused } = await writeMaps(options)
      this.#revision = revision
      this.#lookedAt = at
      for (const { name, path, entries } of changes)
        log.info('map written', { file: path, count: entries, reason: name })
      for (const { domain, reason } of changes.length === 0 ? [] : refused)
        log.warn('a domain has no entry in the maps, so it cannot be qualified', { domain, reason })
    } finally {
      // What is there counts, whoever wrote it: a change that was refused leaves the old entries.
      this.#read(join(options.directory, 'qtls_policy'))
      const end = now()
      this.#restUntil = end + (end - at) * (1 / PART_OF_TIME - 1)
    }
  }

  close(): void {
    this.#written?.close()
    this.#written = undefined
  }

  #read(path: string): void {
    const old = this.#written
    this.#written = opened(path)
    old?.close()
  }
}

function opened(path: string): WrittenMap | undefined {
  try {
    return new WrittenMap(path)
  } catch {
    return undefined
  }
}
