import type { Mail } from '../message/mail.js'
import type { Decision } from '../policy/model.js'
import type { LetterForm, PasswordText, SealFacts } from '../seal/letter.js'
import type { PluginNeeds, Stage } from './plugin.js'

/** What `postseal plugins` shows of a plugin. */
export interface PluginInfo {
  readonly name: string
  readonly stage: Stage
  readonly version: string
  readonly summary: string
  readonly runsIn: 'main' | 'worker'
  /** What it declares to need beyond the message. */
  readonly uses: readonly ('network' | 'state')[]
  /** Of the stage `seal`. */
  readonly letter?: LetterForm
  /** As it stands in [plugins]. */
  readonly entry: string
  readonly shipped: boolean
  /** The module that was loaded. */
  readonly file: string
}

/** What a plugin is given beside the message; plain data, since it may run in another thread. */
export type Beside = Decision | SealFacts | PasswordText

/** A plugin that has been set up, wherever it runs. */
export interface StartedPlugin {
  readonly info: PluginInfo
  readonly needs: PluginNeeds
  /**
   * One message; none for the stage `notify`. What comes back is not checked yet. Rejects (or
   * throws) ERR_HOST_PLUGIN when the plugin throws or is late.
   */
  run(mail: Mail | undefined, beside: Beside | undefined, signal: AbortSignal): unknown
  close(): Promise<void>
}
