import { resolve } from 'node:path'
import type { Config } from '../../config/load.js'
import { mapOptions } from '../../maps/options.js'
import { compareMaps, writeMaps, type MapChange } from '../../maps/write.js'
import type { MapType } from '../../postfix/map-type.js'
import { ALL_CUSTOMERS, type LevelEntry } from '../../store/admin.js'
import type { Command } from '../command.js'
import { createServices, type Services } from '../container.js'
import { EXIT } from '../exit.js'
import { openExistingStore } from '../existing-store.js'
import { printable, printJson, printLine, printNotice } from '../output.js'

interface Own {
  out: string | undefined
  'map-type': MapType | 'auto' | undefined
  check: boolean
  json: boolean
  openServices?: (file: string | undefined) => Pick<Services, 'config' | 'store'>
}

/** How many names of one map are printed; the rest is a number. */
const NAMED = 20

/** `postseal maps`: what Postfix is told about the domains. */
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
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a map' })
      .example('$0 maps', 'as the daemon does when a level changes')
      .example('$0 maps --check', 'for monitoring')
      .strict(),
  handler: async ({
    config: file,
    out,
    'map-type': mapType,
    check,
    json,
    openServices = createServices,
  }) => {
    const services = openServices(file)
    const options = await mapOptions({
      config: services.config,
      levels: await levelsIn(services),
      now: Date.now(),
      ...(out === undefined ? {} : { directory: resolve(out) }),
      ...(mapType === undefined ? {} : { mapType }),
    })
    const { changes, refused } = await (check ? compareMaps : writeMaps)(options)
    for (const change of changes) printChange(change, json, check)
    for (const { domain, reason } of refused) {
      if (json) printJson({ domain, error: reason })
      else printNotice(`${printable(domain)} has no entry: ${reason}`)
    }
    if (changes.length === 0) printNotice(`${options.directory}: the maps are as they should be.`)
    else if (!check && options.mapType === 'texthash')
      printNotice('Postfix reads texthash once: run `postfix reload`.')
    if (refused.length > 0) process.exitCode = EXIT.data
    else if (check && changes.length > 0) process.exitCode = EXIT.changed
  },
}

/** Without a store there are no levels yet, but lanes need their maps to start. */
async function levelsIn(
  services: Pick<Services, 'store'> & { readonly config: Config },
): Promise<readonly LevelEntry[]> {
  const store = await openExistingStore(services)
  if (store === undefined) return []
  try {
    return await store.listLevels(ALL_CUSTOMERS)
  } finally {
    await store.close()
  }
}

function printChange(change: MapChange, json: boolean, isCheck: boolean): void {
  if (json) {
    printJson({ ...change, written: !isCheck })
    return
  }
  const { path, entries, added, removed, changed, uncompiled } = change
  const counts = `${added.length} new, ${changed.length} changed, ${removed.length} gone`
  const what = uncompiled ? 'compiled form missing' : counts
  printLine(`${path}: ${isCheck ? 'would have' : 'has'} ${entries} entries (${what})`)
  for (const [sign, names] of [
    ['+', added],
    ['!', changed],
    ['-', removed],
  ] as const) {
    for (const name of names.slice(0, NAMED)) printLine(`  ${sign} ${name}`)
    if (names.length > NAMED) printLine(`  ${sign} and ${names.length - NAMED} more`)
  }
}
