import type { CommandModule } from 'yargs'

/** Options that every command has. */
export interface GlobalOptions {
  readonly config: string | undefined
}

/** A command of `postseal`, with its own options. */
export type Command<Own = object> = CommandModule<GlobalOptions, GlobalOptions & Own>
