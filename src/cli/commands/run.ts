import type { Command } from '../command.js'
import { runDaemon } from '../daemon.js'
import { listenOverride } from './milter.js'

/** `postseal run`: everything in one process. */
export const command: Command<{ listen: string | undefined }> = {
  command: 'run',
  describe: 'Run the milter, the follower of the log and the housekeeping in one process',
  builder: yargs =>
    yargs
      .option('listen', {
        type: 'string',
        requiresArg: true,
        describe: 'inet:HOST:PORT, unix:PATH or systemd, instead of listen.socket',
      })
      .example('$0 run --config /etc/postseal/milter.conf', 'as the service does'),
  handler: ({ config, listen }) =>
    runDaemon({ configFile: config, overrides: listenOverride(listen), everything: true }),
}
