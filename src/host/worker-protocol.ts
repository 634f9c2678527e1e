import type { LetterForm } from '../seal/letter.js'
import type { PackedMail } from './mail-transfer.js'
import type { PluginNeeds, Stage } from './plugin.js'
import type { SaidByCode } from './plugin-error.js'
import type { Beside } from './started-plugin.js'

/** What a worker thread is started with. */
export interface WorkerSetup {
  /** URL of the plugin's module. */
  readonly url: string
  /** As it stands in [plugins]. */
  readonly entry: string
  /** Modules that plugins may import by name, and where they are. */
  readonly doors: Readonly<Record<string, string>>
  /** Name of the channel on which the plugin's state is kept. */
  readonly stateChannel: string
}

export type WorkerTask =
  /** Loads the module and says what it is. */
  | { readonly kind: 'describe' }
  /** Checks the settings and runs `setup`. */
  | {
      readonly kind: 'start'
      readonly settings: Readonly<Record<string, unknown>>
      readonly setupTimeoutMs: number
    }
  /** One message. A worker that was not started yet (a fresh one after a crash) starts first. */
  | {
      readonly kind: 'run'
      /** Told back when the plugin gets the message. */
      readonly id: number
      readonly settings: Readonly<Record<string, unknown>>
      readonly setupTimeoutMs: number
      readonly mail: PackedMail | undefined
      readonly beside: Beside | undefined
    }
  | { readonly kind: 'close' }

export interface PluginDescription {
  readonly stage: Stage
  readonly name: string
  readonly summary: string
  readonly version: string
  readonly needs: PluginNeeds
  readonly letter?: LetterForm
  readonly inherits: readonly string[]
  /** Names of its settings. */
  readonly settings: readonly string[]
}

export type WorkerAnswer =
  | { readonly kind: 'description'; readonly description: PluginDescription }
  | { readonly kind: 'started' }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'closed' }
  /** The settings are wrong; the main thread knows where they stand. */
  | { readonly kind: 'problems'; readonly problems: readonly WorkerProblem[] }
  /**
   * What the plugin did, as a predicate; `built` is there when it is for another API, `code` when it
   * said something by that.
   */
  | {
      readonly kind: 'failed'
      readonly reason: string
      readonly built?: string
      readonly code?: SaidByCode
    }

export interface WorkerProblem {
  readonly path: readonly (string | number)[]
  readonly of: 'name' | 'value'
  readonly what: string
}

/** Posted when the plugin gets the message of task `begins`: its time runs from here. */
export interface WorkerBegin {
  readonly begins: number
}

/** A line for the log, posted beside the answers. */
export interface WorkerLogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly event: string
  readonly reason: string | undefined
}
