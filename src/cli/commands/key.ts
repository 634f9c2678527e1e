import { readFile } from 'node:fs/promises'
import type { CommandModule } from 'yargs'
import type { Config } from '../../config/load.js'
import { keyAddress, keyOwner } from '../../seal/keys/key-address.js'
import { problemsOf } from '../../seal/keys/key-checks.js'
import { lookUpOf } from '../../seal/keys/look-up.js'
import { letterKey } from '../../seal/keys/stored-key.js'
import { currentActor } from '../../store/actor.js'
import { ALL_CUSTOMERS } from '../../store/admin.js'
import type { DatabaseStore } from '../../store/database-store.js'
import type { KeyQuery, StoredKey } from '../../store/recipient-keys.js'
import type { Command, GlobalOptions } from '../command.js'
import { createServices } from '../container.js'
import { EXIT, UsageError } from '../exit.js'
import { importKeys, type ImportedKey, type KeyImport } from '../import-keys.js'
import { inputFiles } from '../input-files.js'
import { openKeyNetwork, type KeyNetwork } from '../key-network.js'
import { certificateChecks } from '../key-trust.js'
import { keyJson, keyLine, keyStory } from '../key-text.js'
import { checkCustomer } from '../known-customer.js'
import { printable, printJson, printLine, printNotice } from '../output.js'
import { withExistingStore, withStore, type StoreOptions } from '../with-store.js'

interface Scope {
  customer: string
  for?: string | undefined
  json: boolean
}

const SCOPE = {
  customer: {
    type: 'string',
    default: ALL_CUSTOMERS,
    requiresArg: true,
    describe: 'Name of a customer in the settings; * stands for all',
  },
  for: {
    type: 'string',
    requiresArg: true,
    describe: 'Address, or @domain for the key of a whole domain',
  },
  json: { type: 'boolean', default: false, describe: 'One JSON object a line' },
} as const

const FINGERPRINT = {
  type: 'string',
  demandOption: true,
  describe: 'Fingerprint, or 8 characters of its front or end at least',
} as const

interface Importing extends Scope {
  file: string[]
  passwordFile?: string | undefined
  dryRun: boolean
}

const importFiles: Command<Importing> = {
  command: 'import <file..>',
  describe: 'Import certificates (PEM, DER, PKCS #7, PKCS #12) and OpenPGP keys',
  builder: yargs =>
    yargs
      .positional('file', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Files; of a folder every file in it',
      })
      .options(SCOPE)
      .option('password-file', {
        type: 'string',
        requiresArg: true,
        describe: 'File whose first line is the password of PKCS #12 files',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Say what would be imported, and keep nothing',
      })
      .epilogue('Without --for, a key is kept for every address that it names.')
      .example('$0 key import anna.pem', 'for the address in the certificate')
      .example('$0 key import gateway.p7b --for @example.org', 'one key for a whole domain')
      .strict() as never,
  handler: async options => {
    const owner = ownerOf(options.for)
    const password = await passwordIn(options.passwordFile)
    const base = { customer: options.customer, addedBy: currentActor(), owner, password }
    const files = await inputFiles(options.file)
    const work = async (settings: Config, store: KeyImport['store']): Promise<void> => {
      checkCustomer(
        settings.customer.map(({ name }) => name),
        options.customer,
      )
      const rules = { now: Date.now(), minRsaBits: settings.keys.min_rsa_bits }
      const count = { good: 0, bad: 0 }
      for (const file of files) {
        for await (const result of importKeys(file, { ...base, ...rules, store })) {
          count['error' in result ? 'bad' : 'good'] += 1
          printImported(result, options.json)
        }
      }
      const what = options.dryRun ? 'would be imported' : 'imported'
      printNotice(`${count.good} keys ${what}, ${count.bad} refused.`)
      if (count.bad > 0) process.exitCode = EXIT.data
    }
    if (options.dryRun) await work(settingsOf(options), undefined)
    else await withStore(options, (store, settings) => work(settings, store.recipientKeys))
  },
}

const list: Command<Scope> = {
  command: 'list',
  describe: 'List the keys of recipients',
  builder: yargs =>
    yargs.options(SCOPE).example('$0 key list --for anna@example.org', 'of one address').strict(),
  handler: ({ customer, for: text, json, ...options }) => {
    const owner = ownerOf(text)
    return withExistingStore(options, async ({ recipientKeys }) => {
      for await (const key of recipientKeys.list({ customer, owner }))
        if (json) printJson(keyJson(key))
        else printLine(keyLine(key))
    })
  },
}

const show: Command<Scope & { fingerprint: string; pem: boolean }> = {
  command: 'show <fingerprint>',
  describe: 'Show one key, and for whom it is kept',
  builder: yargs =>
    yargs
      .positional('fingerprint', FINGERPRINT)
      .options(SCOPE)
      .option('pem', { type: 'boolean', default: false, describe: 'The key itself, as text' })
      .example('$0 key show 3f5a90c1 --pem', 'for another program')
      .strict(),
  handler: ({ customer, for: text, fingerprint, json, pem, ...options }) => {
    const query = { customer, owner: ownerOf(text), fingerprint }
    return withExistingStore(options, async store => {
      const [first, ...more] = await oneKey(store, query)
      if (pem) process.stdout.write(await letterKey(first))
      else if (json) for (const key of [first, ...more]) printJson(keyJson(key))
      else for (const line of keyStory([first, ...more])) printLine(line)
    })
  },
}

const remove: Command<Scope & { fingerprint: string }> = {
  command: 'remove <fingerprint>',
  describe: 'Remove a key, for everybody or for one address',
  builder: yargs =>
    yargs
      .positional('fingerprint', FINGERPRINT)
      .options(SCOPE)
      .example('$0 key remove 3f5a90c1 --for anna@example.org', 'for one address')
      .strict(),
  handler: ({ customer, for: text, fingerprint, json, ...options }) => {
    const query = { customer, owner: ownerOf(text), fingerprint }
    return withExistingStore(options, async store => {
      for (const key of await oneKey(store, query)) {
        const { owner } = key
        const which = { customer: key.customer, fingerprint: key.fingerprint, owner }
        const removed = await store.recipientKeys.remove({ ...which, by: currentActor() })
        for (const one of removed)
          if (json) printJson(keyJson(one))
          else printNotice(`Removed: ${keyLine(one)}`)
      }
    })
  },
}

const check: Command<Scope> = {
  command: 'check',
  describe: 'Say which keys cannot be used now, and why',
  builder: yargs =>
    yargs
      .options(SCOPE)
      .epilogue('Ends with 65 when there is a key that cannot be used.')
      .example('$0 key check', 'from cron, for instance')
      .strict(),
  handler: ({ customer, for: text, json, ...options }) => {
    const owner = ownerOf(text)
    return withExistingStore(options, async ({ recipientKeys }, _url, settings) => {
      const rules = { now: Date.now(), minRsaBits: settings.keys.min_rsa_bits }
      const network = networkOf(options, settings)
      const checks = certificateChecks(settings.keys.authorities, network.revocation)
      let good = 0
      let bad = 0
      try {
        for await (const key of recipientKeys.list({ customer, owner })) {
          const problems = await problemsOf(key, rules, checks, AbortSignal.timeout(CHECK_MS))
          if (problems.length === 0) good += 1
          else bad += 1
          if (json) printJson({ ...keyJson(key), usable: problems.length === 0, problems })
          else if (problems.length > 0) printLine(`${keyLine(key)}\n    ${problems.join('; ')}`)
        }
      } finally {
        network.close()
      }
      printNotice(`${good} keys can be used, ${bad} cannot.`)
      if (bad > 0) process.exitCode = EXIT.data
    })
  },
}

const find: Command<{ address: string; json: boolean }> = {
  command: 'find <address>',
  describe: 'Look for keys of an address where [keys] says, and keep them',
  builder: yargs =>
    yargs
      .positional('address', { type: 'string', demandOption: true, describe: 'Of the recipient' })
      .option('json', SCOPE.json)
      .epilogue(
        'Asks a directory (ldap_url) and the server of the domain (wkd); both are off by default.',
      )
      .example('$0 key find anna@example.org', '')
      .strict(),
  handler: async ({ address, json, ...options }) => {
    const owner = keyAddress(address)
    if (owner === undefined) throw new UsageError(`not an address: ${printable(address)}`)
    await withStore(options, async ({ recipientKeys: store }, settings) => {
      const { min_rsa_bits: minRsaBits, lookup_timeout: each } = settings.keys
      const network = networkOf(options, settings)
      try {
        const { places } = network
        if (places.length === 0) throw new UsageError('neither [keys] wkd nor ldap_url is set')
        // A server may be asked twice, at both of its places.
        const timeoutMs = 2 * each * places.length
        const lookUp = lookUpOf({ places, store, minRsaBits, now: Date.now, timeoutMs })
        const { kept, notes } = await lookUp(owner, AbortSignal.timeout(2 * timeoutMs))
        for (const note of notes) printNotice(printable(note))
        const prints = new Set(kept.map(({ fingerprint }) => fingerprint))
        for await (const key of store.list({ customer: ALL_CUSTOMERS, owner })) {
          if (!prints.has(key.fingerprint) || key.customer !== ALL_CUSTOMERS) continue
          if (json) printJson(keyJson(key))
          else printLine(keyLine(key))
        }
        printNotice(`${kept.length} keys found.`)
      } finally {
        network.close()
      }
    })
  },
}

/** For one key, with everything that is asked about it. */
const CHECK_MS = 30_000

/** `postseal key`: certificates and OpenPGP keys of recipients. */
export const command: Command = {
  command: 'key <action>',
  describe: 'Import, list, check and remove keys of recipients',
  builder: yargs =>
    yargs
      .command([
        importFiles,
        find,
        list,
        show,
        remove,
        check,
      ] as unknown as CommandModule<GlobalOptions>[])
      .demandCommand(1, 'Name an action: import, find, list, show, remove or check.')
      .example('$0 key import anna.pem', 'one certificate')
      .example('$0 key check', 'which ones cannot be used'),
  handler: () => undefined,
}

/** A program that runs the command may pass a network of its own as yargs' context. */
function networkOf(options: object, settings: Config): KeyNetwork {
  const { openNetwork = openKeyNetwork } = options as { openNetwork?: typeof openKeyNetwork }
  return openNetwork(settings)
}

function settingsOf({ config, openServices = createServices }: StoreOptions): Config {
  return openServices(config).config
}

function ownerOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const owner = keyOwner(text)
  if (owner === undefined) throw new UsageError(`not an address or @domain: ${printable(text)}`)
  return owner
}

async function passwordIn(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const text = await readFile(file, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${printable(file)}: ${thrown.code}`)
  })
  return text.split(/\r?\n/, 1)[0]
}

/** The entries of one key; a part of a fingerprint has to mean one. */
async function oneKey(
  { recipientKeys }: Pick<DatabaseStore, 'recipientKeys'>,
  query: KeyQuery & { readonly fingerprint: string },
): Promise<readonly [StoredKey, ...StoredKey[]]> {
  const found: StoredKey[] = []
  const fingerprint = query.fingerprint.replaceAll(/[:\s]/g, '')
  for await (const key of recipientKeys.list({ ...query, fingerprint })) found.push(key)
  const [first, ...more] = found
  if (first === undefined) throw new UsageError(`no key ${printable(query.fingerprint)} is known`)
  if (more.some(one => one.fingerprint !== first.fingerprint))
    throw new UsageError(`${printable(query.fingerprint)} can be several keys; name more of it`)
  return [first, ...more]
}

function printImported(result: ImportedKey, json: boolean): void {
  const { file } = result
  if ('error' in result) {
    if (json) printJson(result)
    else printNotice(`${printable(file)}: ${result.error}`)
    return
  }
  const { key, owners, notes } = result
  for (const note of notes) printNotice(`${printable(file)}: ${note}`)
  for (const [owner, addition] of owners) {
    const { system, fingerprint, algorithm, subject } = key
    if (json) {
      printJson({
        file,
        owner,
        system,
        fingerprint,
        algorithm,
        subject,
        until: key.notAfter === undefined ? null : new Date(key.notAfter).toISOString(),
        result: addition ?? null,
      })
    } else
      printLine(`${owner}  ${system}  ${algorithm}  ${fingerprint}  ${addition ?? ''}`.trimEnd())
  }
}
