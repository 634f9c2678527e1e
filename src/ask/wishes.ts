import { invalidSettings } from '../config/check.js'
import type { Config } from '../config/load.js'
import { domainMatcher } from '../policy/matcher.js'
import type { AskChoice, AskEnd, RiskClass } from '../policy/model.js'
import type { Language } from './language.js'

/** How a sender is asked about a message. */
export interface AskWishes {
  /** What the sender may answer. */
  readonly choices: readonly AskChoice[]
  /** What an officer may answer in the sender's place: to cancel, always. */
  readonly officerChoices: readonly AskChoice[]
  readonly silence: AskEnd
  readonly unanswerable: AskEnd
  /** Milliseconds. */
  readonly limitMs: number
  readonly language: Language
}

/** What asking takes from the settings, ready for use. */
export interface AskSettings {
  /** Whether a sender can answer at all. */
  readonly hasWay: boolean
  readonly wishesFor: (senderDomain: string, riskClass: RiskClass) => AskWishes
}

type AskConfig = Pick<Config, 'ask' | 'ask_for' | 'notices' | 'internal_domains' | 'where'>

/**
 * Reads `[ask]` and `[[ask_for]]`; the first table that fits counts.
 *
 * Throws  ERR_CONFIG_INVALID with `file:line:column` for what policy forbids: lowering by a sender what
 *         takes an officer, an address that is not inside, links without an address or without TLS.
 */
export function askSettings(config: AskConfig): AskSettings {
  const problems = problemsOf(config)
  if (problems.length > 0) throw invalidSettings(problems)
  const { ask, ask_for: tables, notices } = config
  const forOfficers = officerClasses(config)
  const found = tables.map(table => ({
    table,
    isFrom: domainMatcher(table.sender_domains),
  }))
  return Object.freeze({
    hasWay: ask.address !== '' || ask.listen !== '',
    wishesFor: (senderDomain: string, riskClass: RiskClass) => {
      const table = found.find(
        one =>
          (one.table.sender_domains.length === 0 || one.isFrom(senderDomain)) &&
          (one.table.classes.length === 0 || one.table.classes.includes(riskClass)),
      )?.table
      const all = table === undefined || table.choices.length === 0 ? ask.choices : table.choices
      const isForOfficers = forOfficers.has(riskClass)
      const said = <T extends string>(value: T | 'default' | undefined, other: T): T =>
        value === undefined || value === 'default' ? other : value
      return Object.freeze({
        choices: all.filter(choice => choice !== 'send' || !isForOfficers),
        officerChoices: [...new Set<AskChoice>([...all, 'cancel'])],
        silence: said(table?.silence, ask.silence),
        unanswerable: said(table?.unanswerable, ask.unanswerable),
        limitMs: table === undefined || table.limit === 0 ? ask.limit : table.limit,
        language: said(table?.language, notices.language),
      })
    },
  })
}

/** Confidential always is: no setting lets a sender lower it alone. */
function officerClasses({ ask }: AskConfig): ReadonlySet<RiskClass> {
  return new Set<RiskClass>(['confidential', ...ask.officer_for])
}

function problemsOf(config: AskConfig): readonly string[] {
  const { ask, ask_for: tables, internal_domains: inside, where } = config
  const problems: string[] = []
  const complain = (path: readonly (string | number)[], what: string): void => {
    const name = path.filter(step => typeof step === 'string').join('.')
    problems.push(`${where(path, 'value')}: ${name}: ${what}`)
  }
  if (ask.choices.length === 0) complain(['ask', 'choices'], 'name at least one')
  const isInside = domainMatcher(inside)
  const domain = ask.address.slice(ask.address.lastIndexOf('@') + 1).toLowerCase()
  if (ask.address !== '' && !isInside(domain))
    complain(['ask', 'address'], 'must be in one of internal_domains, or answers would leave')
  if (ask.listen !== '' && ask.base_url === '')
    complain(['ask', 'listen'], 'needs base_url, which stands in the mails')
  if (ask.listen === '' && ask.base_url !== '')
    complain(['ask', 'base_url'], 'needs listen, where answers are taken')
  if (ask.base_url.startsWith('http:') && !LOOPBACK.test(ask.base_url))
    complain(['ask', 'base_url'], 'must be https://: the links in the mails are keys')
  const officers = officerClasses(config)
  for (const [index, { classes, choices }] of tables.entries()) {
    const forbidden = classes.filter(one => officers.has(one))
    if (!choices.includes('send') || forbidden.length === 0) continue
    if (forbidden.length < classes.length)
      complain(
        ['ask_for', index, 'choices'],
        `"send" is for an officer where the class is ${forbidden.join(' or ')} ([ask] officer_for); give those classes a table of their own`,
      )
    else
      complain(
        ['ask_for', index, 'choices'],
        `"send" would let a sender lower the class ${forbidden.join(' or ')}, which takes an officer ([ask] officer_for)`,
      )
  }
  for (const [index, { limit }] of tables.entries())
    if (limit !== 0 && limit < MIN_LIMIT_MS)
      complain(['ask_for', index, 'limit'], 'must be at least 1m')
  return problems
}

const MIN_LIMIT_MS = 60_000
const LOOPBACK = /^http:\/\/(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\])(?:[:/]|$)/
