import { ALL_CUSTOMERS } from '../../store/admin.js'
import { WAIT_REASONS, type Waiting, type WaitReason } from '../../store/transit.js'
import type { Command } from '../command.js'
import { waitingJson } from '../decide-waiting.js'
import { printable, printJson, printLine, printNotice } from '../output.js'
import { withExistingStore } from '../with-store.js'

interface Own {
  why: WaitReason | undefined
  customer: string
  json: boolean
}

/** `postseal waiting`: who waits, for what, since when and until when. */
export const command: Command<Own> = {
  command: 'waiting',
  describe: 'List the messages that wait or are on hold',
  builder: yargs =>
    yargs
      .option('why', { choices: WAIT_REASONS, describe: 'Only those that wait for this' })
      .option('customer', {
        type: 'string',
        default: ALL_CUSTOMERS,
        requiresArg: true,
        describe: 'Only messages of this customer',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a recipient' })
      .example('$0 waiting --why hold', 'what an officer has to look at')
      .strict(),
  handler: async ({ why, customer, json, ...options }) => {
    await withExistingStore(options, async store => {
      const rows = await store.listWaiting({ customer, ...(why === undefined ? {} : { why }) })
      if (rows.length === 0) printNotice('Nobody waits.')
      for (const row of rows) {
        if (json) printJson(waitingJson(row))
        else tell(row)
      }
    })
  },
}

const MEANING: Readonly<Record<WaitReason, string>> = {
  wait: 'waits until the domain has been tested',
  ask: 'waits for the answer of its sender (postseal ask)',
  hold: 'on hold, to be released or cancelled',
  paused: 'outgoing mail is stopped',
}

function tell(row: Waiting): void {
  const { reference, sender, recipient, queueId, since, until, tries, verdict, decidedBy } = row
  const from = sender === '' ? 'nobody (a report)' : printable(sender)
  printLine(`${reference}  ${from} to ${printable(recipient)}`)
  const decided =
    verdict === undefined ? '' : `, ${verdict} by ${printable(decidedBy ?? 'somebody')}`
  printLine(`    ${MEANING[row.why]}${decided}; queue id ${queueId ?? 'not known yet'}`)
  printLine(`    since ${minute(since)}, until ${minute(until)}, tries: ${tries}`)
}

function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`
}
