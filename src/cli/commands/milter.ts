import type { Command } from '../command.js'
import { runDaemon } from '../daemon.js'

/** `postseal milter`: the milter alone. */
export const command: Command<{ listen: string | undefined }> = {
  command: 'milter',
  describe: 'Run the milter in the foreground',
  builder: yargs =>
    yargs
      .option('listen', {
        type: 'string',
        requiresArg: true,
        describe: 'inet:HOST:PORT, unix:PATH or systemd, instead of listen.socket',
      })
      .example('$0 milter --config /etc/postseal/milter.conf', 'as the service does')
      .example('$0 milter --listen inet:127.0.0.1:10030', 'on a port, to try it'),
  handler: ({ config, listen }) =>
    runDaemon({ configFile: config, overrides: listenOverride(listen), everything: false }),
}

/** `--listen` as the setting that it stands for. */
export function listenOverride(listen: string | undefined): Readonly<Record<string, unknown>> {
  return listen === undefined ? {} : { 'listen.socket': listen }
}
