import type { AskSettings } from '../ask/wishes.js'
import type { Config } from '../config/load.js'
import type { PluginHost } from '../host/load.js'
import type { Policy } from './policy.js'
import type { SealSettings } from './seal-settings.js'

/** Everything that a reload replaces, as one value: a message sees one engine from start to end. */
export interface Engine {
  readonly config: Config
  readonly host: PluginHost
  readonly policy: Policy
  readonly sealing: SealSettings
  readonly asking: AskSettings
  readonly customerOf: (sender: string) => string
  /** `domain` in lower case A-labels. */
  readonly isInternalDomain: (domain: string) => boolean
}

/** An engine in use; `release` when the message is over. */
export interface Lease {
  readonly engine: Engine
  release(): void
}

/**
 * Holds the engine in force. A replaced one lives until its last message is over, then its plugins
 * are closed.
 */
export class Engines {
  #current: Held
  readonly #onCloseFailed: (thrown: unknown) => void

  constructor(engine: Engine, onCloseFailed: (thrown: unknown) => void) {
    this.#current = { engine, leases: 0, retired: false }
    this.#onCloseFailed = onCloseFailed
  }

  get current(): Engine {
    return this.#current.engine
  }

  lease(): Lease {
    const held = this.#current
    held.leases += 1
    let released = false
    return {
      engine: held.engine,
      release: () => {
        if (released) return
        released = true
        held.leases -= 1
        this.#closeIfUnused(held)
      },
    }
  }

  replace(engine: Engine): void {
    const old = this.#current
    this.#current = { engine, leases: 0, retired: false }
    this.#retire(old)
  }

  /** Closes the plugins of the engine in force; for the end, when no message is in progress. */
  async close(): Promise<void> {
    await this.#current.engine.host.close()
  }

  #retire(held: Held): void {
    held.retired = true
    this.#closeIfUnused(held)
  }

  #closeIfUnused(held: Held): void {
    if (!held.retired || held.leases > 0) return
    held.engine.host.close().catch(this.#onCloseFailed)
  }
}

interface Held {
  readonly engine: Engine
  leases: number
  retired: boolean
}
