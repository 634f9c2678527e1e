import { pausingCommand } from '../set-paused.js'

/** `postseal pause`: mail is accepted, and all that goes outside waits at split. */
export const command = pausingCommand('pause', {
  describe: 'Stop outgoing mail: it is accepted and waits',
  example: '$0 pause --reason "wrong rule, ticket 4711"',
  done: 'Outgoing mail waits from now on. What a lane has already is on its way.',
})
