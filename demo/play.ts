import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeHeaderText } from 'postseal/plugin'
import { fieldOf } from './arrivals.js'
import { printCard } from './card.js'
import { EXAMPLES, type Example } from './examples.js'
import { differences } from './expectations.js'
import type { Layout } from './layout.js'
import { decisionOn, gatherOutcome, showAll, undelivered, type Outcome } from './outcome.js'
import { replayExample } from './replay.js'
import { messageOf, sendExample, type Answer } from './send.js'
import type { StageFacts } from './stage.js'
import type { Terminal } from './terminal.js'

export interface Tally {
  readonly sent: number
  readonly recipients: number
  readonly arrived: number
  readonly unexpected: number
}

interface Played {
  readonly example: Example
  readonly answer: Answer
  /** As the milter hands it back, on a stage without Postfix. */
  readonly message: Buffer | undefined
}

/** Sends all examples, then shows a card for each; gives the sums. */
export async function play(facts: StageFacts, layout: Layout, terminal: Terminal): Promise<Tally> {
  const { smtpPort, milterPort } = facts
  const withPostfix = smtpPort !== undefined
  const played = await terminal.step(`sending ${EXAMPLES.length} mails`, async () => {
    const all: Played[] = []
    for (const example of EXAMPLES) {
      all.push(
        withPostfix
          ? { example, answer: await sendExample(example, smtpPort), message: undefined }
          : { example, ...(await replayExample(example, milterPort)) },
      )
    }
    return all
  })
  const title = 'reading the record, the mail log and the receivers'
  const outcomes = await terminal.step(title, async () => {
    const shown = await showAll(EXAMPLES, layout)
    return Promise.all(
      played.map(async ({ example, answer }) => {
        const decision = decisionOn(example, shown)
        return withPostfix
          ? gatherOutcome(example, answer, decision, layout)
          : undelivered(example, answer, decision)
      }),
    )
  })
  const tally = { sent: 0, recipients: 0, arrived: 0, unexpected: 0 }
  for (const [index, outcome] of outcomes.entries()) {
    const sent = subjectIn(await messageOf(outcome.example)) ?? '(no subject)'
    const arrived = await arrivedSubject(outcome, played[index]?.message, layout)
    const unexpected = differences(outcome, { subject: arrived, withPostfix })
    const subjects = { sent, arrived }
    printCard(outcome, { subjects, withPostfix, differences: unexpected }, terminal)
    tally.sent += 1
    tally.recipients += outcome.recipients.length
    tally.arrived += outcome.recipients.filter(({ arrival }) => arrival !== undefined).length
    tally.unexpected += unexpected.length
  }
  return tally
}

/** Decoded, as a receiver has it, or as the milter handed it back. */
async function arrivedSubject(
  { recipients }: Outcome,
  passedOn: Buffer | undefined,
  layout: Layout,
): Promise<string | undefined> {
  if (passedOn !== undefined) return subjectIn(passedOn)
  const arrival = recipients.find(({ arrival }) => arrival !== undefined)?.arrival
  return arrival && subjectIn(await readFile(join(layout.arrived, arrival.file)))
}

function subjectIn(message: Buffer): string | undefined {
  const subject = fieldOf(message, 'subject')
  return subject === undefined ? undefined : decodeHeaderText(subject)
}

/** What the milter logged as an error or a warning. */
export async function complaintsIn(layout: Layout): Promise<readonly string[]> {
  const lines = (await readFile(layout.milterLog, 'utf8')).split('\n')
  return lines.filter(line => /"level":"(?:error|warn)"/.test(line))
}
