import type { DomainFacts } from '../../qtls/facts.js'
import { confirmationOf } from '../../qtls/make-verdict.js'
import { currentActor } from '../../store/actor.js'
import type { DatabaseStore } from '../../store/database-store.js'
import { parseTime } from '../../store/time-text.js'
import type { Confirmation } from '../../store/verdicts.js'
import type { Command } from '../command.js'
import { UsageError } from '../exit.js'
import { printable, printJson, printLine, printNotice } from '../output.js'
import { withExistingStore, withStore } from '../with-store.js'

interface Confirming {
  pattern: string
  mx: boolean
  reason: string
  until: string | undefined
}

/** `postseal domain confirm`: an administrator's word that servers are those of a domain. */
export const confirm: Command<Confirming> = {
  command: 'confirm <pattern>',
  describe: 'Vouch for the servers of a domain, or of all domains with certain servers',
  builder: yargs =>
    yargs
      .positional('pattern', {
        type: 'string',
        demandOption: true,
        describe: 'Domain, or with a leading dot everything below it',
      })
      .option('mx', {
        type: 'boolean',
        default: false,
        describe:
          'The pattern is of servers: it holds for every domain all of whose servers fit it',
      })
      .option('reason', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'How you know, for the record',
      })
      .option('until', { type: 'string', requiresArg: true, describe: 'Day or time of its end' })
      .example('$0 domain confirm example.net --reason "told by phone, 2026-11-30"', '')
      .example('$0 domain confirm --mx .mail.provider.example --reason "contract 12"', '')
      .strict(),
  handler: ({ pattern, mx, reason, until, ...options }) =>
    withStore(options, async store => {
      const given = await store.domains.confirm({
        kind: mx ? 'mx' : 'domain',
        pattern,
        by: currentActor(),
        reason,
        ...(until === undefined ? {} : { until: parseTime(until) }),
      })
      const count = await lookAgain(store, given)
      printNotice(`Confirmation ${given.id} holds; ${count} known domains are looked at again.`)
    }),
}

/** `postseal domain unconfirm`: takes a confirmation back. */
export const unconfirm: Command<{ id: number; reason: string }> = {
  command: 'unconfirm <id>',
  describe: 'Take a confirmation back',
  builder: yargs =>
    yargs
      .positional('id', { type: 'number', demandOption: true, describe: 'Number in the list' })
      .option('reason', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Why, for the record',
      })
      .example('$0 domain unconfirm 12 --reason "the contract ended"', '')
      .strict(),
  handler: ({ id, reason, ...options }) =>
    withStore(options, async store => {
      const all = await store.domains.listConfirmations()
      const given = all.find(one => one.id === id)
      if (given === undefined) throw new UsageError(`there is no confirmation ${id}`)
      await store.domains.withdrawConfirmation(id, currentActor(), reason)
      const count = await lookAgain(store, given)
      printNotice(`Confirmation ${id} is gone; ${count} known domains are looked at again.`)
    }),
}

/** `postseal domain confirmations`: those that hold. */
export const confirmations: Command<{ json: boolean }> = {
  command: 'confirmations',
  describe: 'List the confirmations that hold',
  builder: yargs =>
    yargs
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line' })
      .strict(),
  handler: ({ json, ...options }) =>
    withExistingStore(options, async store => {
      for (const { at, until, ...one } of await store.domains.listConfirmations()) {
        const given = new Date(at).toISOString()
        const end = until === undefined ? null : new Date(until).toISOString()
        if (json) printJson({ ...one, at: given, until: end })
        else {
          const what = one.kind === 'mx' ? `servers ${one.pattern}` : one.pattern
          printLine(`${one.id}  ${printable(what)}${end === null ? '' : `, until ${end}`}`)
          printLine(`    ${given} by ${printable(one.by)}: ${printable(one.reason)}`)
        }
      }
    }),
}

/** Has those domains looked at again whose verdict may be another one now; gives how many. */
async function lookAgain(store: DatabaseStore, given: Confirmation): Promise<number> {
  let count = 0
  for await (const { domain } of store.domains.verdicts()) {
    const facts = (await store.domains.earlierFacts(domain)) as DomainFacts | undefined
    if (facts?.hosts === undefined || confirmationOf(facts, [given]) === undefined) continue
    await store.requestProbe(domain, `confirmation ${given.id}`)
    count += 1
  }
  return count
}
