import { domainMatcher } from '../../policy/matcher.js'
import { FATES, Forecast, type ProfileForecast, type Shares } from '../../qtls/forecast.js'
import { asFacts, confirmationOf } from '../../qtls/make-verdict.js'
import { readTlsProfile, SHIPPED_PROFILES } from '../../qtls/tls-profile.js'
import { ALL_CUSTOMERS } from '../../store/admin.js'
import type { DomainLevel } from '../../store/store.js'
import type { Command } from '../command.js'
import { createServices, type Services } from '../container.js'
import { openExistingStore } from '../existing-store.js'
import { printJson, printLine, printNotice } from '../output.js'
import { recipientDomains } from '../recipient-domains.js'

interface Own {
  file: string
  profile: string[]
  json: boolean
  openServices?: (file: string | undefined) => Pick<Services, 'config' | 'store' | 'now'>
}

/** `postseal forecast`: what would become of an organisation's mail, before going live. */
export const command: Command<Own> = {
  command: 'forecast <file>',
  describe: 'Say which share of the mail in a log would be qualified, mandatory, sealed, waiting',
  builder: yargs =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'Log of Postfix, or lines DOMAIN,MESSAGES; - is standard input',
      })
      .option('profile', {
        type: 'string',
        array: true,
        nargs: 1,
        requiresArg: true,
        default: [],
        describe: 'TLS profile, by name or file; may stand several times; without it both shipped',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a profile' })
      .example('$0 forecast /var/log/mail.log', '')
      .example('$0 probe --file domains.txt && $0 forecast domains.csv', '')
      .epilogue(
        'It reads what the prober has found out; look at the domains first with `postseal probe`.',
      ),
  handler: async ({ config: file, file: input, profile, json, openServices = createServices }) => {
    const services = openServices(file)
    const { config } = services
    const now = services.now()
    const isInternal = domainMatcher(config.internal_domains)
    const { messages, unread } = await recipientDomains(input, isInternal, now)
    const names = profile.length === 0 ? SHIPPED_PROFILES : profile
    const { bindings } = config.prober
    const forecast = new Forecast({ profiles: names.map(readTlsProfile), bindings, now })
    const untested: string[] = []
    const store = await openExistingStore(services)
    try {
      const confirmations = (await store?.domains.listConfirmations()) ?? []
      for (const [domain, count] of messages) {
        const set = await setLevel(store, domain, now)
        if (set !== undefined) {
          forecast.addSet(count, set)
          continue
        }
        const facts = asFacts(await store?.domains.earlierFacts(domain))
        if (facts === undefined) untested.push(domain)
        forecast.add(count, facts, facts && confirmationOf(facts, confirmations))
      }
    } finally {
      await store?.close()
    }
    for (const one of forecast.result) {
      if (json) printJson({ ...one, untested: untested.length })
      else printForecast(one)
    }
    if (!json) printLine(STS_NOTE)
    if (untested.length > 0)
      printNotice(`${untested.length} of ${messages.size} domains have not been looked at.`)
    if (unread > 0) printNotice(`${unread} lines are neither of a log of Postfix nor of a list.`)
  },
}

/** What an administrator said of a domain goes before what the prober finds. */
async function setLevel(
  store: Awaited<ReturnType<typeof openExistingStore>>,
  domain: string,
  now: number,
): Promise<DomainLevel['level'] | undefined> {
  const known = (await store?.levels(ALL_CUSTOMERS, [domain]))?.get(domain)
  if (known === undefined || known.probedAt !== undefined) return undefined
  return known.until === undefined || known.until > now ? known.level : undefined
}

const STS_NOTE =
  'MTA-STS authenticates the names of servers, not their addresses: who can forge DNS can still lead mail elsewhere, but not to a server with a certificate for that name.'

function printForecast({ profile, shares, ifChanged }: ProfileForecast): void {
  printLine(`TLS profile ${profile}`)
  for (const fate of FATES) printLine(`  ${fate.padEnd(10)} ${shareOf(shares, fate)}`)
  for (const { binding, counts, shares: changed } of ifChanged) {
    const what = `if ${binding} ${counts ? 'did not count' : 'counted'}`
    printLine(`  ${what}: qualified ${shareOf(changed, 'qualified')}`)
  }
}

function shareOf(shares: Shares, fate: (typeof FATES)[number]): string {
  const sum = (what: 'domains' | 'messages'): number =>
    FATES.reduce((total, one) => total + shares[one][what], 0)
  const part = (what: 'domains' | 'messages'): string => {
    const all = sum(what)
    const percent = all === 0 ? 0 : (shares[fate][what] / all) * 100
    return `${percent.toFixed(1)} % of ${what} (${shares[fate][what]} of ${all})`
  }
  return `${part('domains')}, ${part('messages')}`
}
