import { ALL_CUSTOMERS } from '../../store/admin.js'
import type { Command } from '../command.js'
import { decideWaiting, type WaitingChoice } from '../decide-waiting.js'
import { withExistingStore } from '../with-store.js'

/** Options of `release` and `cancel`. */
export const CHOICE = {
  recipient: {
    type: 'string',
    requiresArg: true,
    describe: 'Only this recipient of the message',
  },
  reason: {
    type: 'string',
    demandOption: true,
    requiresArg: true,
    describe: 'Why, for the record; do not write about people in it',
  },
  customer: {
    type: 'string',
    default: ALL_CUSTOMERS,
    requiresArg: true,
    describe: 'Only messages of this customer',
  },
  json: { type: 'boolean', default: false, describe: 'One JSON object a recipient' },
} as const

/** `postseal release`: lets a message go on that is on hold, or that waits for its domain. */
export const command: Command<WaitingChoice> = {
  command: 'release <id>',
  describe: 'Let a message on hold go on, with the protection that its class needs',
  builder: yargs =>
    yargs
      .positional('id', {
        type: 'string',
        demandOption: true,
        describe: 'Reference, or queue id of Postfix',
      })
      .options(CHOICE)
      .example('$0 release 0123456789abcdefghij --reason "seen, may go"', '')
      .example('$0 release 4Zq8Kn2Gz1zJ1 --recipient bob@example.net --reason "seen"', '')
      .strict(),
  handler: ({ config, ...choice }) =>
    withExistingStore({ config, ...choice }, (store, _url, settings) =>
      decideWaiting('released', choice, store, settings),
    ),
}
