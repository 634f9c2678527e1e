import { bug } from '../errors.js'
import type {
  Action,
  ContentVerdict,
  Decision,
  Label,
  Level,
  MessageKind,
  RecipientDecision,
  RiskClass,
} from './model.js'
import { afterAsking, type AskOutlook, type Outcome } from './asking.js'
import { assessRisk } from './risk.js'
import type { ActionRule, MessageFacts, RuleSet, SenderFacts } from './rules.js'
import { rowFor } from './table-row.js'
import type { DecisionTable } from './table.js'

export interface DecideInput {
  readonly labels: readonly Label[]
  readonly content: ContentVerdict
  readonly kind: MessageKind
  readonly sender: SenderFacts
  readonly message: MessageFacts
  readonly recipients: readonly RecipientFacts[]
  /** Whether a seal plugin is there and usable; without one nothing can be sealed. What can be done for each recipient stands there. */
  readonly sealUsable: boolean
  readonly table: DecisionTable
  readonly rules: RuleSet
  /** Class of an earlier pass of the same message. */
  readonly floor?: RiskClass | undefined
  /** An officer has let the message go on: what only says `hold` is passed over. */
  readonly released?: boolean | undefined
}

export interface RecipientFacts {
  readonly address: string
  readonly domain: string
  readonly level: Level
  /** Set when an undetermined domain has been waited for as long as the settings allow. */
  readonly waitedTooLong?: boolean | undefined
  /** What has become of asking the sender; undefined: nobody has looked, so `ask` stands. */
  readonly asking?: AskOutlook | undefined
  /** What can be done about sealing for this recipient; undefined: nobody has looked, it can be sealed. */
  readonly sealing?: SealOutlook | undefined
}

export type SealOutlook =
  | { readonly kind: 'seal' }
  /** An officer can help. */
  | { readonly kind: 'hold'; readonly why: string }
  | { readonly kind: 'no'; readonly why: string }

/**
 * Decides what is done with a message for each of its recipients.
 *
 * Gives   a decision that names, for every recipient, the row of the table or the rule behind it.
 *         A rule goes before the table; without a reason it can only make the outcome stricter.
 *         What should be sealed is rejected while nothing can seal.
 */
export function decide(input: DecideInput): Decision {
  const risk = assessRisk(input)
  const recipients = input.recipients.map(recipient =>
    Object.freeze(decideOne(input, risk.class, recipient)),
  )
  return Object.freeze({
    class: risk.class,
    labels: risk.labels,
    content: input.content,
    recipients: Object.freeze(recipients),
  })
}

/** How strict an outcome is. Waiting ends in one of the others, so all but passing go before it. */
const STRICTNESS: Readonly<Record<Action, number>> = {
  deliver: 0,
  'hand-over': 1,
  wait: 2,
  seal: 3,
  ask: 4,
  hold: 5,
  reject: 6,
}

function decideOne(
  input: DecideInput,
  riskClass: RiskClass,
  recipient: RecipientFacts,
): RecipientDecision {
  const { address, domain, level } = recipient
  const outcome = afterAsking(recipient, input.released === true, (asks, answeredClass) =>
    byPolicy(input, answeredClass ?? riskClass, recipient, asks),
  )
  const { row } = outcome
  if (outcome.action === 'seal') {
    const { sealing = { kind: 'seal' } } = recipient
    if (!input.sealUsable || sealing.kind === 'no') {
      const said = input.sealUsable && sealing.kind === 'no' ? `: ${sealing.why}` : ''
      const why = `${outcome.why}; seal, not available${said}`
      return { address, domain, level, action: 'reject', lane: null, row, why }
    }
    if (sealing.kind === 'hold') {
      const why = `${outcome.why}; ${sealing.why}`
      return { address, domain, level, action: 'hold', lane: null, row, why }
    }
  }
  const lane = laneFor(outcome, level, input.content)
  return { address, domain, level, action: outcome.action, lane, row, why: outcome.why }
}

/** What rules and table say; `asks` false: what only asks is passed over. */
function byPolicy(
  input: DecideInput,
  riskClass: RiskClass,
  recipient: RecipientFacts,
  asks: boolean,
): Outcome {
  const over = new Set<Action>([
    ...(input.released === true ? (['hold'] as const) : []),
    ...(asks ? [] : (['ask'] as const)),
  ])
  const fromTable = askTable(input, riskClass, recipient, over)
  const { level } = recipient
  const rule = level === 'internal' ? undefined : findRule(input, riskClass, recipient, over)
  return rule === undefined ? fromTable : applyRule(rule, fromTable)
}

function askTable(
  input: DecideInput,
  riskClass: RiskClass,
  recipient: RecipientFacts,
  over: ReadonlySet<Action>,
): Outcome {
  const { verdict, strength, coverage } = input.content
  const { level, waitedTooLong } = recipient
  const situation = {
    class: riskClass,
    kind: input.kind,
    level,
    waited: level === 'undetermined' && waitedTooLong === true ? ('yes' as const) : ('no' as const),
    content: verdict,
    strength,
    coverage,
  }
  const { rows } = input.table
  if (over.size === 0) {
    const row = rowFor(rows, situation) ?? bug('the decision table has a gap')
    return { action: row.action, row: row.name, why: row.why }
  }
  const row = rowFor(
    rows.filter(({ action }) => !over.has(action)),
    situation,
  )
  if (row === undefined) return NOTHING_ELSE
  return { action: row.action, row: row.name, why: row.why }
}

/** A release or an answer lifts the hold, never the protection: without another row there is none to give. */
const NOTHING_ELSE: Outcome = Object.freeze({
  action: 'reject',
  row: 'released',
  why: 'released or answered, but the decision table knows nothing but to hold it or to ask',
})

function findRule(
  input: DecideInput,
  riskClass: RiskClass,
  recipient: RecipientFacts,
  over: ReadonlySet<Action>,
): ActionRule | undefined {
  const { sender, kind, message } = input
  const { level } = recipient
  const content = input.content.verdict
  return input.rules.actions.find(
    rule =>
      !over.has(rule.action) &&
      rule.matches({ sender, recipient, class: riskClass, kind, level, content, message }),
  )
}

function applyRule(rule: ActionRule, table: Outcome): Outcome {
  const weaker = STRICTNESS[rule.action] < STRICTNESS[table.action]
  if (weaker && rule.reason === undefined) return table
  const because = rule.reason === undefined ? '' : `: ${rule.reason}`
  const instead = weaker ? ` (weaker than ${table.row}, which says ${table.action})` : ''
  return {
    action: rule.action,
    row: `rule.${rule.name}`,
    why: `rule ${rule.name}${because}${instead}`,
    productLane: rule.lane,
  }
}

/** The final lane: the best transport that the domain has, or that of the product. */
function laneFor(outcome: Outcome, level: Level, content: ContentVerdict): string | null {
  if (outcome.action === 'hand-over')
    return outcome.productLane ?? bug('a hand-over without a lane')
  if (outcome.action !== 'deliver' && outcome.action !== 'seal') return null
  if (level === 'internal') return 'internal'
  if (level === 'qualified') return 'qtls'
  return outcome.action === 'seal' || content.verdict === 'encrypted' ? 'sealed' : 'tls'
}
