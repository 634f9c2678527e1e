import { resolve } from 'node:path'
import type { MapChange } from '../../maps/draft.js'
import { mapOptions, NO_LEVELS } from '../../maps/options.js'
import { compareMaps, writeMaps, type LevelSource } from '../../maps/write.js'
import { reviseVerdicts } from '../../qtls/revise-verdicts.js'
import { rulesInForce } from '../../qtls/verdict-rules.js'
import type { DomainStore } from '../../store/verdicts.js'
import type { MapType } from '../../postfix/map-type.js'
import type { Command } from '../command.js'
import { createServices, type Services } from '../container.js'
import { EXIT } from '../exit.js'
import { openExistingStore } from '../existing-store.js'
import { printable, printJson, printLine, printNotice } from '../output.js'

interface Own {
  out: string | undefined
  'map-type': MapType | 'auto' | undefined
  check: boolean
  force: boolean
  quiet: boolean
  json: boolean
  openServices?: (file: string | undefined) => Pick<Services, 'config' | 'store'>
}

/** How many names of one map are printed; the rest is a number. */
const NAMED = 20

/** `postseal maps`: what Postfix is told about the domains. Says nothing when nothing changes. */
export const command: Command<Own> = {
  command: 'maps',
  describe: 'Write the maps for Postfix from the levels of the domains',
  builder: yargs =>
    yargs
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Directory; without it the one of [maps]',
      })
      .option('map-type', {
        choices: ['auto', 'cdb', 'lmdb', 'hash', 'texthash'] as const,
        describe: 'Form of the maps; without it the one of [maps]',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'Say what would change and write nothing; exit code 1 if anything would',
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Also when more domains lose their entries than max_drop allows',
      })
      .option('quiet', {
        type: 'boolean',
        default: false,
        describe: 'Say nothing of what was written, for cron',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a map' })
      .example('$0 maps', 'as the daemon does when a level changes')
      .example('$0 maps --check', 'for monitoring')
      .example('$0 maps --quiet', 'from cron')
      .strict(),
  handler: async ({
    config: file,
    out,
    'map-type': mapType,
    check,
    force,
    quiet,
    json,
    openServices = createServices,
  }) => {
    const services = openServices(file)
    const { result, isTextHash } = await onLevels(services, async (levels, domains) => {
      if (domains !== undefined) await reviseFirst(services, domains)
      const options = await mapOptions({
        config: services.config,
        levels,
        now: Date.now(),
        force,
        ...(out === undefined ? {} : { directory: resolve(out) }),
        ...(mapType === undefined ? {} : { mapType }),
      })
      const result = await (check ? compareMaps : writeMaps)(options)
      return { result, isTextHash: options.mapType === 'texthash' }
    })
    const { changes, refused } = result
    if (!quiet) for (const change of changes) printChange(change, json, check)
    if (!check && isTextHash && changes.length > 0)
      printNotice('Postfix reads texthash once: run `postfix reload`.')
    for (const { domain, reason } of refused) {
      if (json) printJson({ domain, error: reason })
      else printNotice(`${printable(domain)} has no entry: ${reason}`)
    }
    if (refused.length > 0) process.exitCode = EXIT.data
    else if (check && changes.length > 0) process.exitCode = EXIT.changed
  },
}

/** Without a store there are no levels yet, but lanes need their maps to start. */
async function onLevels<T>(
  services: Pick<Services, 'config' | 'store'>,
  use: (levels: LevelSource, domains: DomainStore | undefined) => Promise<T>,
): Promise<T> {
  const store = await openExistingStore(services)
  if (store === undefined) return use(NO_LEVELS, undefined)
  try {
    return await use(store.domains, store.domains)
  } finally {
    await store.close()
  }
}

/** A verdict by other rules than those in force does not count: it is made anew from its facts. */
async function reviseFirst(
  { config }: Pick<Services, 'config'>,
  store: DomainStore,
): Promise<void> {
  const rules = rulesInForce(config)
  await reviseVerdicts({ store, rules, now: Date.now }, new AbortController().signal)
}

function printChange(change: MapChange, json: boolean, isCheck: boolean): void {
  if (json) {
    printJson({ ...change, written: !isCheck })
    return
  }
  const { path, entries, counts, added, removed, changed, uncompiled } = change
  const sums = `${counts.added} new, ${counts.changed} changed, ${counts.removed} gone`
  const what = uncompiled ? 'compiled form missing' : sums
  printLine(`${path}: ${isCheck ? 'would have' : 'has'} ${entries} entries (${what})`)
  for (const [sign, names, count] of [
    ['+', added, counts.added],
    ['!', changed, counts.changed],
    ['-', removed, counts.removed],
  ] as const) {
    for (const name of names.slice(0, NAMED)) printLine(`  ${sign} ${name}`)
    if (count > NAMED) printLine(`  ${sign} and ${count - NAMED} more`)
  }
}
