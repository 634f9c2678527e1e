import type { Command } from '../command.js'
import { decideWaiting, type WaitingChoice } from '../decide-waiting.js'
import { withExistingStore } from '../with-store.js'
import { CHOICE } from './release.js'

/** `postseal cancel`: ends a message that waits; its sender gets a report. */
export const command: Command<WaitingChoice> = {
  command: 'cancel <id>',
  describe: 'Refuse a message that waits or is on hold; its sender is told',
  builder: yargs =>
    yargs
      .positional('id', {
        type: 'string',
        demandOption: true,
        describe: 'Reference, or queue id of Postfix',
      })
      .options(CHOICE)
      .example('$0 cancel 0123456789abcdefghij --reason "wrong recipient"', '')
      .strict(),
  handler: ({ config, ...choice }) =>
    withExistingStore({ config, ...choice }, (store, _url, settings) =>
      decideWaiting('cancelled', choice, store, settings),
    ),
}
