import type { Pass } from '../../policy/lanes.js'
import { ALL_CUSTOMERS } from '../../store/admin.js'
import type { DatabaseStore } from '../../store/database-store.js'
import type { Delivery } from '../../store/evidence.js'
import type { MessageRecord } from '../../store/store.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit.js'
import { printable, printJson, printLine, printNotice } from '../output.js'
import { withExistingStore } from '../with-store.js'

interface Own {
  id: string[]
  customer: string
  json: boolean
}

/** `postseal show`: the story of one message or more, as it was recorded. */
export const command: Command<Own> = {
  command: 'show <id..>',
  describe: 'Tell the story of one message or more',
  builder: yargs =>
    yargs
      .positional('id', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Queue id of Postfix, Message-ID, or our reference',
      })
      .option('customer', {
        type: 'string',
        default: ALL_CUSTOMERS,
        requiresArg: true,
        describe: 'Only messages of this customer',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a message' })
      .example('$0 show 4Zq8Kn2Gz1zJ1', 'by queue id')
      .example('$0 show "<4711@client.example.org>" --json', 'for programs'),
  handler: async ({ id: ids, customer, json, ...options }) => {
    const missing = new Set(ids)
    const told = new Set<string>()
    await withExistingStore(options, async store => {
      for (const id of ids) {
        for (const record of await storiesOf(store, customer, id)) {
          missing.delete(id)
          if (told.has(record.reference)) continue
          const deliveries = await deliveriesOf(store, record)
          if (json) printJson({ ...record, at: new Date(record.at), deliveries })
          else tell(record, deliveries, told.size > 0)
          told.add(record.reference)
        }
      }
    })
    for (const id of missing) printNotice(`No message with the id ${printable(id)} is on record.`)
    if (missing.size > 0) process.exitCode = EXIT.data
  },
}

/** Every pass of the messages found, each story from its beginning, the newest story first. */
async function storiesOf(
  store: DatabaseStore,
  customer: string,
  id: string,
): Promise<readonly MessageRecord[]> {
  const told = new Map<string, MessageRecord>()
  for (const record of await store.findMessages(customer, id)) {
    if (told.has(record.reference)) continue
    const passes = await store.passesOf(record.reference)
    for (const pass of passes.length === 0 ? [record] : passes) told.set(pass.reference, pass)
  }
  return [...told.values()]
}

/** What Postfix's log says became of the queue entry that a pass was about. */
async function deliveriesOf(
  store: DatabaseStore,
  { queueId, at }: MessageRecord,
): Promise<readonly Delivery[]> {
  return queueId === undefined ? [] : (await store.queueEntry(queueId, at)).deliveries
}

function tell(record: MessageRecord, deliveries: readonly Delivery[], isFurther: boolean): void {
  const { decision } = record
  if (isFurther) printLine()
  printLine(`${new Date(record.at).toISOString()}  reference ${printable(record.reference)}`)
  field('pass', PASS_NAMES[record.pass])
  field('queue id', record.queueId)
  field('message id', record.messageId)
  field('customer', record.customer)
  field('from', record.sender === '' ? 'nobody (a report)' : record.sender)
  field('login', record.authUser)
  field('client', record.clientAddress)
  field('size', `${record.sizeBytes} bytes`)
  field('class', decision.class)
  for (const { class: riskClass, plugin, part, why } of decision.labels) {
    field('', `${riskClass} by ${plugin}${part === undefined ? '' : ` in part ${part}`}: ${why}`)
  }
  const { content } = decision
  field('content', `${content.verdict}, coverage ${content.coverage}: ${content.why}`)
  for (const part of content.parts) {
    field('', `part ${part.path} ${part.system} ${part.verdict}: ${part.why}`)
  }
  for (const { address, level, action, lane, row, why } of decision.recipients) {
    field('to', `${address} (domain is ${level})`)
    field('', `${action}${lane === null ? '' : ` by ${lane}`}, row ${row}: ${why}`)
  }
  const observed = record.mode === 'observe' ? ' (observed only: nothing was changed)' : ''
  field('answer', `${record.reply} after ${record.tookMs.toFixed(1)} ms${observed}`)
  field('bound to', record.transit?.pinned)
  for (const { at, service, recipient, status, relay, dsn, tls, text } of deliveries) {
    const how = tls === undefined ? 'without TLS' : `${tls.trust}, ${tls.protocol} ${tls.cipher}`
    const when = new Date(at).toISOString()
    field('log', `${when} ${service}: ${recipient} ${status} ${dsn} by ${relay}, ${how}`)
    if (status !== 'sent') field('', text)
  }
}

const PASS_NAMES: Readonly<Record<Pass, string>> = {
  first: 'first, from the client',
  're-split': 'split, for one final recipient',
  're-qtls': 'back from the lane qtls',
  're-tls': 'back from the lane tls',
}

function field(name: string, value: string | undefined): void {
  if (value !== undefined) printLine(`  ${name.padEnd(12)}${printable(value, 400)}`)
}
