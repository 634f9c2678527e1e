import type { Settings, Values } from '../config/setting.js'
import type { Edit } from '../message/edit.js'
import type { Mail } from '../message/mail.js'
import type { Decision, Finding, Label } from '../policy/model.js'
import type { LetterForm, PasswordText, SealedLetter, SealOrder } from '../seal/letter.js'
import type { PluginNetwork } from './plugin-network.js'
import type { PluginState } from './plugin-state.js'

/**
 * Version of everything that `postseal/plugin` exports, `major.minor`. A plugin built for another
 * major version, or for a newer minor one, is not loaded.
 */
export const API_VERSION = '1.1'

export const STAGES = ['classify', 'detect', 'rewrite', 'seal', 'notify'] as const
/** When a plugin runs, and so what it gives. */
export type Stage = (typeof STAGES)[number]

/** A label as a plugin gives it; the host adds the plugin's name. */
export type PluginLabel = Omit<Label, 'plugin'>
/** A finding as a plugin gives it; the host adds the plugin's name. */
export type PluginFinding = Omit<Finding, 'plugin'>

type Awaitable<T> = T | Promise<T>

/** What the plugins of each stage do with a message. Nothing may be kept between messages. */
export interface StageRun {
  classify(mail: Mail, signal: AbortSignal): Awaitable<readonly PluginLabel[]>
  detect(mail: Mail, signal: AbortSignal): Awaitable<readonly PluginFinding[]>
  rewrite(mail: Mail, decision: Decision, signal: AbortSignal): Awaitable<readonly Edit[]>
  /**
   * Seals the message for one recipient; the body of the letter is read once, at once. An error whose
   * `code` is ERR_SEAL_KEY says that none of the recipient's keys can be used: the next format is tried.
   */
  seal(order: SealOrder, signal: AbortSignal): Awaitable<SealedLetter>
  /**
   * Hands a text message with a password to somebody who sends it; resolves when it is taken. An error
   * whose `code` is ERR_SEAL_TEXT_REFUSED says that it never will be; after any other it is tried again.
   */
  notify(message: PasswordText, signal: AbortSignal): Awaitable<void>
}

/** Lines of a plugin in the log; never content of a mail. */
export interface PluginLog {
  error(event: string, reason?: string): void
  warn(event: string, reason?: string): void
  info(event: string, reason?: string): void
  debug(event: string, reason?: string): void
}

/** What `setup` of a plugin works with. */
export interface SetupContext<C extends Settings> {
  readonly config: Values<C>
  readonly log: PluginLog
  /** Aborted when the plugin is late or the daemon stops while it starts. */
  readonly signal: AbortSignal
  /** For a plugin with `needs: { network: true }`. */
  readonly network: PluginNetwork
  /** For a plugin with `needs: { state: true }`. */
  readonly state: PluginState
}

/** What a plugin wants to see. */
export interface PluginNeeds {
  /** False: envelope and header of the message suffice. Default true. */
  readonly body?: boolean
  /** Further Postfix macros, such as `{cert_issuer}`. */
  readonly macros?: readonly string[]
  /** Asks services on the network, by `network` of its setup. */
  readonly network?: boolean
  /** Keeps values between messages, by `state` of its setup, under its own name in the store. */
  readonly state?: boolean
}

/** What `setup` gives: the function that runs for each message, with `close` where needed. */
export type Started<S extends Stage> =
  StageRun[S] | { readonly run: StageRun[S]; close?(): Awaitable<void> }

/** What `definePlugin` takes. */
export interface PluginDefinition<S extends Stage, C extends Settings> {
  readonly stage: S
  /** `stage/name`, the name in lower case letters, digits and hyphens. */
  readonly name: `${NoInfer<S>}/${string}`
  /** One sentence. */
  readonly summary: string
  /** Version of the plugin. */
  readonly version?: string
  /** The API that the plugin was written for; default: the one it is loaded with. */
  readonly apiVersion?: string
  readonly config?: C
  readonly needs?: PluginNeeds
  /** `worker` for what computes for long. Plugins of third parties run in workers anyway. */
  readonly thread?: 'main' | 'worker'
  /** Of the stage `seal`, which must have it: what is known of a letter before it is sealed. */
  readonly letter?: LetterForm
  /**
   * Plugins whose settings hold here too, where this one has a setting of that name and its own section
   * of milter.conf says nothing: what is set once for texts holds for attachments. `seal` stands for
   * company and contact of the section [seal].
   */
  readonly inherits?: readonly string[]
  /** Runs once; may be slow. */
  setup(context: SetupContext<C>): Awaitable<Started<NoInfer<S>>>
}

/** A plugin of any stage, as the host holds it. */
export interface Plugin {
  readonly stage: Stage
  readonly name: string
  readonly summary: string
  readonly version: string
  readonly apiVersion: string
  readonly config: Settings
  readonly needs: PluginNeeds
  readonly thread: 'main' | 'worker'
  readonly letter?: LetterForm
  /** Absent in what was built before there was such a thing. */
  readonly inherits?: readonly string[]
  setup(context: SetupContext<Settings>): Awaitable<Started<Stage>>
}

/**
 * Declares a plugin: the default export of its module.
 *
 * The stage fixes the type of the function and the start of the name.
 */
export function definePlugin<const S extends Stage, const C extends Settings>(
  definition: PluginDefinition<S, C>,
): Plugin {
  const { stage, name, summary, version = '', apiVersion = API_VERSION } = definition
  const { config = {}, needs = {}, thread = 'main', inherits = [], letter } = definition
  return Object.freeze({
    stage,
    name,
    summary,
    version,
    apiVersion,
    config,
    needs,
    thread,
    ...(letter === undefined ? {} : { letter }),
    inherits: Object.freeze([...inherits]),
    // The host checks the settings against `config` before it hands them over.
    setup: (context: SetupContext<Settings>) => definition.setup(context as SetupContext<C>),
  })
}
