import { pausingCommand } from '../set-paused.js'

/** `postseal resume`: the opposite of `pause`; the daemon wakes those who wait. */
export const command = pausingCommand('resume', {
  describe: 'Let outgoing mail go on after a pause',
  example: '$0 resume --reason "rule corrected"',
  done: 'Outgoing mail goes on. The daemon wakes what waits.',
})
