import type { Delivery, EvidenceBatch } from '../../store/evidence.js'
import type { Command } from '../command.js'
import { runLogFollower } from '../log-follower.js'
import { printJson } from '../output.js'

interface Own {
  once: boolean
  fromStart: boolean
  json: boolean
}

/** `postseal follow`: what Postfix's log says of deliveries, into the store. */
export const command: Command<Own> = {
  command: 'follow',
  describe: "Follow Postfix's log: why a lane failed, how each delivery ended",
  builder: yargs =>
    yargs
      .option('once', {
        type: 'boolean',
        default: false,
        describe: 'Read to the end of the log and stop there',
      })
      .option('from-start', {
        type: 'boolean',
        default: false,
        describe: 'The first time, begin with the first line of the log instead of its end',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'Print what was kept, one JSON object a line',
      })
      .example('$0 follow --config /etc/postseal/milter.conf', 'as the service does')
      .example('$0 follow --once --from-start', 'what the log holds already, then stop')
      .example('$0 follow --once --json | jq .status', 'for programs')
      .epilogue(
        'It goes on where it stopped. `postseal run` has it inside and needs no second one. The\nlines are explained in docs/guide/log-lines.md.',
      ) as never,
  handler: ({ config, once, fromStart, json }) =>
    runLogFollower({
      configFile: config,
      once,
      fromStart,
      onKept: batch => {
        if (json) for (const line of jsonLines(batch)) printJson(line)
      },
    }),
}

/** What a batch says, an object for each line of the log; times are RFC 3339 in UTC. */
export function jsonLines(batch: EvidenceBatch): readonly object[] {
  return [
    ...batch.attempts.map(attempt => ({ kind: 'attempt', ...common(attempt) })),
    ...batch.deliveries.map(delivery => ({
      kind: 'delivery',
      ...common(delivery),
      recipient: delivery.recipient === '' ? null : delivery.recipient,
      status: delivery.status,
      tls: delivery.tls ?? null,
    })),
    ...batch.removed.map(queueId => ({ kind: 'removed', queue_id: queueId })),
  ]
}

function common({
  at,
  queueId,
  service,
  relay,
  dsn,
  text,
}: Pick<Delivery, 'at' | 'queueId' | 'service' | 'relay' | 'dsn' | 'text'>): object {
  return { at: new Date(at), queue_id: queueId, service, relay, dsn, text }
}
