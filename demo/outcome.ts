import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Decision } from 'postseal/plugin'
import { readArrivals, type StoredArrival } from './arrivals.js'
import type { Example } from './examples.js'
import type { Layout } from './layout.js'
import { deliveriesIn, type Delivery } from './postfix-log.js'
import { runPostseal } from './postseal-command.js'
import type { Answer } from './send.js'

/** What became of one example, from the record, the log of Postfix and the receivers alone. */
export interface Outcome {
  readonly example: Example
  readonly answer: Answer
  readonly decision: Decision
  readonly recipients: readonly RecipientOutcome[]
}

export interface RecipientOutcome {
  readonly decision: Decision['recipients'][number]
  readonly delivery: Delivery | undefined
  readonly arrival: StoredArrival | undefined
}

const DELIVERY_MS = 20_000

/** What `postseal show` tells a program of one pass. */
export interface Shown {
  /** Without angle brackets. */
  readonly messageId: string
  readonly decision: Decision
}

/** What `postseal show` has on record of the examples. */
export async function showAll(
  examples: readonly Example[],
  layout: Layout,
): Promise<readonly Shown[]> {
  const ids = examples.map(messageId)
  const lines = await runPostseal(layout.config, ['show', ...ids, '--json'])
  return lines
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Shown)
}

/** The decision of the first pass of an example. */
export function decisionOn(example: Example, shown: readonly Shown[]): Decision {
  const id = messageId(example)
  const first = shown.find(({ messageId }) => messageId === id)
  if (first === undefined) throw new Error(`${id} is not on record`)
  return first.decision
}

/** Waits until Postfix has dealt with every recipient of an accepted message, and puts it together. */
export async function gatherOutcome(
  example: Example,
  answer: Answer,
  decision: Decision,
  layout: Layout,
): Promise<Outcome> {
  const deliveries = await deliveriesOf(example, answer, layout)
  const arrivals = await readArrivals(layout.arrived)
  const recipients = decision.recipients.map(one => ({
    decision: one,
    delivery: deliveries.find(({ recipient }) => recipient === one.address),
    arrival: arrivals.find(
      ({ messageId: id, recipients }) =>
        id === `<${messageId(example)}>` && recipients.includes(one.address),
    ),
  }))
  return { example, answer, decision, recipients }
}

/** An outcome without Postfix: decided, but sent nowhere. */
export function undelivered(example: Example, answer: Answer, decision: Decision): Outcome {
  const recipients = decision.recipients.map(one => ({
    decision: one,
    delivery: undefined,
    arrival: undefined,
  }))
  return { example, answer, decision, recipients }
}

async function deliveriesOf(
  { recipients, name }: Example,
  { code, queueId }: Answer,
  { mailLog }: Layout,
): Promise<readonly Delivery[]> {
  if (code !== 250) return []
  if (queueId === undefined) throw new Error(`Postfix named no queue id for ${name}`)
  for (const end = Date.now() + DELIVERY_MS; ; await sleep(50)) {
    const lines = (await readFile(mailLog, 'latin1')).split('\n')
    const deliveries = deliveriesIn(lines, queueId)
    if (deliveries.length >= recipients.length) return deliveries
    if (Date.now() > end) throw new Error(`Postfix did not deliver ${name}; see ${mailLog}`)
  }
}

function messageId({ name }: Example): string {
  return `${name}@praxis.example`
}
