import { reasonOf } from '../../errors.js'
import type { Decision } from '../../policy/model.js'
import { parseAssumptions } from '../assumptions.js'
import { checkMail } from '../check-mail.js'
import type { Command } from '../command.js'
import { createServices, type Services } from '../container.js'
import { DecisionTally } from '../decision-tally.js'
import { EXIT } from '../exit.js'
import { explainLabel } from '../explain-label.js'
import { inputFiles } from '../input-files.js'
import { printJson, printLine, printNotice, printable } from '../output.js'
import { progressBar } from '../progress.js'
import { openExistingStore } from '../existing-store.js'

interface Own {
  message: string[]
  json: boolean
  from: string | undefined
  to: string[]
  assume: string[]
  user: string | undefined
  client: string | undefined
}

/** `postseal check`: what would happen, and why, changing nothing. */
export const command: Command<Own> = {
  command: 'check <message..>',
  describe: 'Say what would happen to a message, and why, changing nothing',
  builder: yargs =>
    yargs
      .positional('message', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Mail files (.eml), or folders of them: the dry run over yesterday’s mail',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a message' })
      .option('from', {
        type: 'string',
        requiresArg: true,
        describe: 'Envelope sender; without it the author in the header',
      })
      .option('to', {
        type: 'string',
        array: true,
        default: [] as string[],
        requiresArg: true,
        describe: 'Envelope recipient, may be repeated; without it those in the header',
      })
      .option('assume', {
        type: 'string',
        array: true,
        default: [] as string[],
        requiresArg: true,
        describe: 'DOMAIN=LEVEL in place of what the store knows',
      })
      .option('user', {
        type: 'string',
        requiresArg: true,
        describe: 'SASL login name of the sender, for rules that ask for one',
      })
      .option('client', {
        type: 'string',
        requiresArg: true,
        describe: 'Address of the client, for rules that ask for one',
      })
      .example('$0 check --to bob@example.net letter.eml', 'one message, one recipient')
      .example('$0 check --json --assume example.net=qualified letter.eml', 'for programs')
      .example('$0 check /var/mail/archive/2026-11-22', 'a folder, with a summary'),
  handler: async ({ config, message, json, from, to, assume, user, client }) => {
    const options = { from, to, user, client, assume: parseAssumptions(assume) }
    const services = createServices(config)
    const files = await inputFiles(message)
    await withTools(services, async tools => {
      const progress = progressBar('Checking', files.length)
      const tally = new DecisionTally()
      for (const file of files) {
        const result = await checkMail(file, options, tools).catch((thrown: unknown) => ({
          error: reasonOf(thrown),
        }))
        progress.step()
        tally.add(result)
        const named = files.length > 1 ? { file, ...result } : result
        if (json) printJson('error' in result ? { file, ...result } : named)
        else if ('error' in result) printNotice(`${printable(file)}: ${printable(result.error)}`)
        else printDecision(file, result)
      }
      progress.end()
      if (files.length > 1) for (const line of tally.summary()) printNotice(line)
      if (tally.errors > 0) process.exitCode = EXIT.data
    })
  },
}

type Tools = Parameters<typeof checkMail>[2]

/** Opens what checking needs, and closes it whatever happens. */
async function withTools(services: Services, use: (tools: Tools) => Promise<void>): Promise<void> {
  const engine = await services.engine
  const store = await openExistingStore(services)
  try {
    await use({ engine, store, now: services.now })
  } finally {
    await engine.host.close()
    await store?.close()
  }
}

function printDecision(file: string, decision: Decision): void {
  printLine(printable(file))
  printLine(`  class     ${decision.class}`)
  for (const label of decision.labels)
    for (const line of explainLabel(label)) printLine(`            ${line}`)
  const { content } = decision
  printLine(`  content   ${content.verdict} (${content.coverage}): ${printable(content.why)}`)
  for (const recipient of decision.recipients) {
    const lane = recipient.lane === null ? '' : ` by ${recipient.lane}`
    printLine(`  ${printable(recipient.address)} (${recipient.level})`)
    printLine(
      `            ${recipient.action}${lane}, row ${recipient.row}: ${printable(recipient.why)}`,
    )
  }
  if (decision.recipients.length === 0) printLine('  no recipients: name them with --to')
}
