import { setTimeout as sleep } from 'node:timers/promises'
import { currentActor } from '../store/actor.js'
import { KNOWN_EVERYWHERE_MS } from '../store/fresh-value.js'
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
      // Whoever stops the mail has to know, when this ends, that it is stopped.
      await sleep(KNOWN_EVERYWHERE_MS)
      printNotice(texts.done)
    },
  }
}
