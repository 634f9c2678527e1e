import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { CommandModule } from 'yargs'
import { LEVELS } from '../../policy/model.js'
import { currentActor } from '../../store/actor.js'
import { ALL_CUSTOMERS, type LevelEntry } from '../../store/admin.js'
import type { DomainLevel } from '../../store/store.js'
import { parseTime } from '../../store/time-text.js'
import type { Command, GlobalOptions } from '../command.js'
import { confirm, confirmations, unconfirm } from './domain-confirm.js'
import { EXIT, UsageError } from '../exit.js'
import { checkCustomer, customerNames } from '../known-customer.js'
import { printable, printJson, printLine, printNotice } from '../output.js'
import { withExistingStore, withStore } from '../with-store.js'

interface Scope {
  customer: string
  json: boolean
}

const SETTABLE = LEVELS.filter(level => level !== 'internal')

const SCOPE = {
  customer: {
    type: 'string',
    default: ALL_CUSTOMERS,
    requiresArg: true,
    describe: 'Name of a customer in the settings; * stands for all',
  },
  json: { type: 'boolean', default: false, describe: 'One JSON object a line' },
} as const

interface Setting extends Scope {
  domain: string
  level: string
  reason: string
  until?: string
  match: string[]
  dane: boolean
  'next-hop': string | undefined
}

const set: Command<Setting> = {
  command: 'set <domain> <level>',
  describe: 'Say what level a domain has',
  builder: yargs =>
    yargs
      .positional('domain', {
        type: 'string',
        demandOption: true,
        describe: 'Domain; with a leading dot everything below it',
      })
      .positional('level', { choices: SETTABLE, demandOption: true, describe: 'What it offers' })
      .option('reason', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Why, for the history',
      })
      .option('until', {
        type: 'string',
        requiresArg: true,
        describe: 'Day or time after which what the prober finds counts',
      })
      .option('match', {
        type: 'string',
        array: true,
        default: [],
        requiresArg: true,
        nargs: 1,
        describe: 'Host name that the certificate must have; may stand several times',
      })
      .option('dane', {
        type: 'boolean',
        default: false,
        describe: 'DANE protects every server of the domain',
      })
      .option('next-hop', {
        type: 'string',
        requiresArg: true,
        describe: 'Fixed host for its mail, for an installation without lanes: [mx.example.org]:25',
      })
      .options(SCOPE)
      .example('$0 domain set example.net qualified --reason "contract of 2026-11-02"', '')
      .example('$0 domain set example.net qualified --match mx.example.org --reason "asked"', '')
      .example('$0 domain set example.net none --reason "no TLS seen" --until 2027-01-31', '')
      .strict() as never,
  handler: async ({
    customer,
    domain,
    level,
    reason,
    until,
    match,
    dane,
    'next-hop': nextHop,
    ...options
  }) => {
    await withStore(options, async store => {
      checkCustomer(await customerNames(store), customer)
      await store.setLevel({
        customer,
        domain,
        level: level as DomainLevel['level'],
        by: currentActor(),
        reason,
        match,
        dane,
        ...(until === undefined ? {} : { until: parseTime(until) }),
        ...(nextHop === undefined ? {} : { nextHop }),
      })
    })
    printNotice(`${printable(domain)} is ${level} for ${whose(customer)}.`)
  },
}

const unset: Command<Scope & { domain: string; reason: string }> = {
  command: 'unset <domain>',
  describe: 'Take a level back, so that what the prober finds counts again',
  builder: yargs =>
    yargs
      .positional('domain', { type: 'string', demandOption: true, describe: 'As it was set' })
      .option('reason', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Why, for the history',
      })
      .options(SCOPE)
      .example('$0 domain unset example.net --reason "the contract ended"', '')
      .strict(),
  handler: async ({ customer, domain, reason, json: _json, ...options }) => {
    let wasSet = false
    await withStore(options, async store => {
      wasSet = await store.unsetLevel({ customer, domain, by: currentActor(), reason })
    })
    if (wasSet) printNotice(`${printable(domain)} has no level of its own for ${whose(customer)}.`)
    else throw new UsageError(`${printable(domain)} has no level for ${whose(customer)}`)
  },
}

const list: Command<Scope> = {
  command: 'list',
  describe: 'List the levels that administrators set',
  builder: yargs => yargs.options(SCOPE).example('$0 domain list --json', 'for programs').strict(),
  handler: ({ customer, json, ...options }) =>
    withExistingStore(options, async store => {
      for await (const entry of store.listLevels(customer)) printEntry(entry, json)
    }),
}

const history: Command<Scope & { domain: string }> = {
  command: 'history <domain>',
  describe: 'List every level that a domain had, newest first',
  builder: yargs =>
    yargs
      .positional('domain', { type: 'string', demandOption: true, describe: 'Exact domain' })
      .options(SCOPE)
      .example('$0 domain history example.net', 'who changed it, when and why')
      .strict(),
  handler: ({ customer, domain, json, ...options }) =>
    withExistingStore(options, async store => {
      for (const entry of await store.levelHistory(customer, domain)) printEntry(entry, json)
    }),
}

const importFile: Command<Scope & { file: string; reason: string }> = {
  command: 'import <file>',
  describe:
    'Set levels from lines DOMAIN,LEVEL[,UNTIL[,REASON[,MATCH[,DANE]]]]; - is standard input',
  builder: yargs =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'CSV or TSV' })
      .option('reason', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'For lines that give none',
      })
      .options(SCOPE)
      .epilogue('MATCH: host names with a space between two. DANE: the word dane, or nothing.')
      .example('$0 domain import partners.csv --reason "list of partners, 2026-11"', '')
      .strict(),
  handler: async ({ customer, file, reason, json, ...options }) => {
    let good = 0
    let bad = 0
    await withStore(options, async store => {
      checkCustomer(await customerNames(store), customer)
      const input = file === '-' ? process.stdin : createReadStream(file)
      const opening = new Promise((_, reject) => input.once('error', reject))
      const lines = createInterface({ input, crlfDelay: Infinity })
      const results = store.importLevels(lines, { customer, by: currentActor(), reason })
      const reading = (async () => {
        for await (const result of results) {
          if ('error' in result) bad += 1
          else good += 1
          if (json) printJson(result)
          else if ('error' in result) printNotice(`line ${result.line}: ${result.error}`)
        }
      })()
      await Promise.race([reading, opening])
    }).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.path !== file) throw thrown
      throw new UsageError(`cannot read ${printable(file)}: ${thrown.code}`)
    })
    printNotice(`${good} levels set for ${whose(customer)}, ${bad} lines wrong.`)
    if (bad > 0) process.exitCode = EXIT.data
  },
}

/** `postseal domain`: what recipients' domains offer, as people say it. */
export const command: Command = {
  command: 'domain <action>',
  describe: 'Set, list and import the levels of recipient domains',
  builder: yargs =>
    yargs

      .command([
        set,
        unset,
        list,
        importFile,
        history,
        confirm,
        unconfirm,
        confirmations,
      ] as unknown as CommandModule<GlobalOptions>[])
      .demandCommand(1, 'Name an action such as set, list, import, history or confirm.')
      .example('$0 domain set example.net qualified --reason "contract"', 'one domain')
      .example('$0 domain list', 'all levels in force'),
  handler: () => undefined,
}

function printEntry(entry: LevelEntry, json: boolean): void {
  const { until, changedAt, ...rest } = entry
  const changed = new Date(changedAt).toISOString()
  if (json) {
    printJson({
      ...rest,
      until: until === undefined ? null : new Date(until).toISOString(),
      changed,
    })
    return
  }
  const match =
    entry.match.length === 0 ? '' : `, match ${entry.match.map(host => printable(host)).join(' ')}`
  const dane = entry.dane ? ', dane' : ''
  const end = until === undefined ? '' : `, until ${new Date(until).toISOString().slice(0, 16)}Z`
  const hop = entry.nextHop === undefined ? '' : `, by ${printable(entry.nextHop)}`
  const customer = entry.customer === ALL_CUSTOMERS ? '' : ` for ${printable(entry.customer)}`
  printLine(`${printable(entry.domain)}  ${entry.level}${match}${dane}${hop}${end}${customer}`)
  printLine(`    ${changed} by ${printable(entry.changedBy)}: ${printable(entry.reason)}`)
}

function whose(customer: string): string {
  return customer === ALL_CUSTOMERS ? 'all customers' : printable(customer)
}
