import type { Mail } from '../message/mail.js'
import type { Decision } from '../policy/model.js'
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
  /** As it stands in [plugins]. */
  readonly entry: string
  readonly shipped: boolean
  /** The module that was loaded. */
  readonly file: string
}

/** A plugin that has been set up, wherever it runs. */
export interface StartedPlugin {
  readonly info: PluginInfo
  readonly needs: PluginNeeds
  /**
   * One message. What comes back is not checked yet. Rejects (or throws) ERR_HOST_PLUGIN when the
   * plugin throws or is late.
   */
  run(mail: Mail, decision: Decision | undefined, signal: AbortSignal): unknown
  close(): Promise<void>
}
