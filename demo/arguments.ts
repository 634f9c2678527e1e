import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PACKAGE } from './layout.js'

export interface Arguments {
  readonly action: 'play' | 'stop' | 'help'
  readonly keep: boolean
  readonly withoutPostfix: boolean
  readonly withoutLanes: boolean
  readonly directory: string
}

export const HELP = `Sends a set of example mails through Postseal and a Postfix of its own, and shows what became of them.

  npm run demo                         play it and clean up
  npm run demo -- --keep               leave everything running, to send mail of your own
  npm run demo -- --stop               stop what --keep left running
  npm run demo -- --without-postfix    play the mails to the milter directly
  npm run demo -- --without-lanes      leave out the second part, the lanes
  npm run demo -- --directory DIR      where files go (var/demo)
`

/** Reads the command line; throws a TypeError that says what is wrong with it. */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      keep: { type: 'boolean', default: false },
      stop: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      'without-postfix': { type: 'boolean', default: false },
      'without-lanes': { type: 'boolean', default: false },
      directory: { type: 'string', default: join(PACKAGE, 'var', 'demo') },
    },
  })
  return {
    action: values.help ? 'help' : values.stop ? 'stop' : 'play',
    keep: values.keep,
    withoutPostfix: values['without-postfix'],
    withoutLanes: values['without-lanes'],
    directory: values.directory,
  }
}
