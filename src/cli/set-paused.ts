import { currentActor } from '../store/actor.js'
import type { Command } from './command.js'
import { printNotice } from './output.js'
import { withStore } from './with-store.js'

/** The command that stops outgoing mail, or the one that lets it go on. */
export function pausingCommand(
  name: 'pause' | 'resume',
  texts: { readonly describe: string; readonly example: string; readonly done: string },
): Command<{ reason: string }> {
  return {
    command: name,
    describe: texts.describe,
    builder: yargs =>
      yargs
        .option('reason', {
          type: 'string',
          demandOption: true,
          requiresArg: true,
          describe: 'Why, for the record',
        })
        .example(texts.example, '')
        .strict(),
    handler: async ({ reason, ...options }) => {
      await withStore(options, store => store.setPaused(name === 'pause', currentActor(), reason))
      printNotice(texts.done)
    },
  }
}
