import { parseNameServer } from '../../dns/server-address.js'
import type { NameServer } from '../../dns/model.js'
import { parseNetwork } from '../../qtls/address-policy.js'
import { SHIPPED_PROFILES } from '../../qtls/tls-profile.js'
import type { Command } from '../command.js'
import { createServices, type Services } from '../container.js'
import { UsageError } from '../exit.js'
import { printable } from '../output.js'
import { probeDomains } from '../probe-domains.js'
import { recompute } from '../recompute.js'

interface Own {
  domain: string[]
  file: string | undefined
  due: boolean
  known: boolean
  resume: boolean
  watch: boolean
  recompute: boolean
  json: boolean
  resolver: string | undefined
  'ca-file': string | undefined
  port: number | undefined
  profile: string | undefined
  'allow-net': string[]
  store: boolean
  deep: boolean
  html: string | undefined
  concurrency: number | undefined
  openServices?: (
    file: string | undefined,
    overrides: Readonly<Record<string, unknown>>,
  ) => Pick<Services, 'config' | 'store' | 'log' | 'now'>
}

/** `postseal probe`: how well the servers of recipients' domains protect what they receive. */
export const command: Command<Own> = {
  command: 'probe [domain..]',
  describe: 'Find out how well the mail servers of domains protect mail, and why',
  builder: yargs =>
    yargs
      .positional('domain', {
        type: 'string',
        array: true,
        default: [],
        describe: 'Domains of recipients',
      })
      .options({
        file: {
          type: 'string',
          requiresArg: true,
          describe: 'A file with one domain a line; - is standard input',
        },
        due: {
          type: 'boolean',
          default: false,
          describe: 'Every domain that is due, by its verdict or because a message waits',
        },
        known: {
          type: 'boolean',
          default: false,
          describe: 'Every domain that mail was sent to, due or not',
        },
        resume: {
          type: 'boolean',
          default: false,
          describe: 'Leave out domains whose verdict still holds: goes on where a run was ended',
        },
        watch: {
          type: 'boolean',
          default: false,
          describe: 'Go on, each domain again when it is due, until the command is ended',
        },
        recompute: {
          type: 'boolean',
          default: false,
          describe: 'Make all verdicts anew from the facts on record, without any network',
        },
        json: { type: 'boolean', default: false, describe: 'One JSON object a domain' },
        resolver: {
          type: 'string',
          requiresArg: true,
          describe: 'Name server, IP[:PORT], trusted as named; without it the one of [prober]',
        },
        'ca-file': {
          type: 'string',
          requiresArg: true,
          describe: 'Trusted authorities as PEM; without it ca_file of [prober]',
        },
        port: { type: 'number', requiresArg: true, describe: 'Port of the mail servers (25)' },
        profile: {
          type: 'string',
          requiresArg: true,
          describe: `TLS profile: ${SHIPPED_PROFILES.join(', ')}, or a file`,
        },
        'allow-net': {
          type: 'string',
          array: true,
          nargs: 1,
          default: [],
          requiresArg: true,
          describe: 'Private network that may be connected to; may stand several times',
        },
        store: {
          type: 'boolean',
          default: true,
          describe: 'Keep facts and verdict; --no-store does not',
        },
        deep: {
          type: 'boolean',
          default: false,
          describe:
            'Ask each server of named domains for everything that it supports (many connections)',
        },
        html: {
          type: 'string',
          requiresArg: true,
          describe: 'Write the report of one domain to this file as well',
        },
        concurrency: {
          type: 'number',
          requiresArg: true,
          describe: 'Domains at the same time; without it the number of [prober]',
        },
      })
      .example('$0 probe example.org', 'one domain, with the reasons')
      .example('$0 probe --file partners.txt --resume', 'a list, from where the last run ended')
      .example('$0 probe --due --watch', 'whatever is due, until it is ended')
      .strict(),
  handler: async options => {
    const { config: file, openServices = createServices } = options
    if (options.recompute) {
      if (options.domain.length > 0 || options.file !== undefined || options.due || options.known)
        throw new UsageError('--recompute is for all domains, and looks at none')
      const { json: isJson, profile } = options
      return recompute(openServices(file, {}), { isJson, profile })
    }
    const named = options.domain.length > 0 || options.file !== undefined
    if (!named && !options.due && !options.known)
      throw new UsageError('name domains, --file, --due, --known or --recompute')
    if (!options.store && (options.due || options.known || options.resume))
      throw new UsageError('--due, --known and --resume need the store')
    if (options.deep && (options.due || options.known || options.watch))
      throw new UsageError(
        '--deep is for domains that are named, not for --due, --known or --watch',
      )
    await probeDomains(openServices(file, {}), {
      domains: options.domain,
      file: options.file,
      isDue: options.due,
      isKnown: options.known,
      isResumed: options.resume,
      isWatching: options.watch,
      isJson: options.json,
      isKept: options.store,
      isDeep: options.deep,
      resolver: checkedResolver(options.resolver),
      caFile: options['ca-file'],
      port: checkedNumber('port', options.port, 65_535),
      profile: options.profile,
      html: options.html,
      allowed: options['allow-net'].map(checkedNetwork),
      concurrency: checkedNumber('concurrency', options.concurrency, 500),
    })
  },
}

function checkedResolver(text: string | undefined): NameServer | undefined {
  if (text === undefined) return undefined
  const server = parseNameServer(text)
  if (server === undefined) throw new UsageError(`--resolver ${printable(text)} is no address`)
  return server
}

function checkedNetwork(text: string): string {
  if (parseNetwork(text) === undefined)
    throw new UsageError(`--allow-net ${printable(text)} is no network`)
  return text
}

function checkedNumber(name: string, value: number | undefined, max: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= max)) return value
  throw new UsageError(`--${name} must be a whole number from 1 to ${max}`)
}
