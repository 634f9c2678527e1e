import { GatewayError } from '../errors.js'
import { addressMatcher, domainMatcher, networkMatcher, type Matcher } from './matcher.js'
import type { Action, Level, MessageKind, RiskClass, Verdict } from './model.js'
import { withoutGroups, type Groups } from './groups.js'
import { ruleSchema, type RuleSettings } from './rule-schema.js'
import { bytesOf } from './rule-size.js'
import { compileShortPattern } from './short-pattern.js'

/** Who sends, as far as Postfix vouches for it; `address` is the envelope sender and a claim. */
export interface SenderFacts {
  readonly address: string
  readonly authUser?: string | undefined
  readonly clientCert?: string | undefined
  readonly clientAddress?: string | undefined
  /**
   * Names of the rules that set the class in an earlier pass: the tag that they asked for may be taken
   * off by now.
   */
  readonly stated?: readonly string[] | undefined
}

/** At which edge of the subject a tag stands. */
export type SubjectEdge = 'start' | 'end'

/** What a message says of itself: claims of its sender, whoever that is. */
export interface MessageFacts {
  /** Bytes. */
  readonly size: number
  /** Decoded names of its files. */
  readonly fileNames: readonly string[]
  /** Decoded values of the fields of a name, in any case. */
  header(name: string): readonly string[]
  /** Where the outermost tag of the subject is this one, as a rule writes it. */
  edgeOf(tag: string): SubjectEdge | undefined
}

/** Whom and what a rule is asked about, for one recipient. */
export interface RuleFacts {
  readonly sender: SenderFacts
  readonly recipient: { readonly address: string; readonly domain: string }
  readonly class: RiskClass
  readonly kind: MessageKind
  readonly level: Level
  readonly content: Verdict
  readonly message: MessageFacts
}

/** A rule that says what is done for a recipient. */
export interface ActionRule {
  readonly name: string
  readonly action: Action
  /** The product's lane of a hand-over. */
  readonly lane: string | undefined
  readonly reason: string | undefined
  matches(facts: RuleFacts): boolean
}

/** A rule that says which class a message has. */
export interface ClassRule {
  readonly name: string
  readonly effect: 'raise' | 'set'
  readonly class: RiskClass
  readonly reason: string | undefined
  matches(
    sender: SenderFacts,
    recipients: readonly RuleFacts['recipient'][],
    message: MessageFacts,
  ): boolean
  /** Where the tag stands that the rule asks for; undefined for a rule that asks for none. */
  tagOf(message: MessageFacts): SubjectEdge | undefined
}

export interface RuleSet {
  readonly actions: readonly ActionRule[]
  readonly classes: readonly ClassRule[]
}

const NO_GROUPS: Groups = new Map()

export const NO_RULES: RuleSet = Object.freeze({ actions: [], classes: [] })

/** `file:line:column` of a rule, by its number from 0, or of something in it. */
export type WhereInRules = (index: number, path: readonly (string | number)[]) => string

const isName = (step: PropertyKey): step is string | number => typeof step !== 'symbol'

/**
 * Makes rules of what milter.conf or a rules file says in its `[[rule]]` tables.
 *
 * Shape   each item as `ruleSchema` wants it; order is kept, the first action rule that matches counts.
 *         `certificates` are those that a client may have: a rule that asks for another would never
 *         match, so it is a mistake. `groups` are the named lists that conditions may refer to.
 * Throws  ERR_POLICY_RULES with every problem as `file:line:column: rule N (name): what`.
 */
export function compileRules(
  items: readonly unknown[],
  where: WhereInRules,
  certificates?: ReadonlySet<string>,
  groups: Groups = NO_GROUPS,
): RuleSet {
  const problems: string[] = []
  const actions: ActionRule[] = []
  const classes: ClassRule[] = []
  const seen = new Set<string>()
  for (const [index, item] of items.entries()) {
    const plain = withoutGroups(item, groups)
    for (const [path, name] of plain.unknown)
      problems.push(
        `${where(index, [path])}: rule ${index + 1}${named(item)}: ${path}: there is no group "${name}"`,
      )
    if (plain.unknown.length > 0) continue
    const parsed = ruleSchema.safeParse(plain.item)
    if (!parsed.success) {
      const { issues } = parsed.error
      problems.push(
        ...issues.map(issue => {
          const place = where(index, issue.path.filter(isName))
          return `${place}: rule ${index + 1}${named(item)}: ${issueText(issue)}`
        }),
      )
      continue
    }
    const rule = parsed.data
    if (seen.has(rule.name))
      problems.push(
        `${where(index, ['name'])}: rule ${index + 1}: the name ${rule.name} is taken already`,
      )
    seen.add(rule.name)
    for (const name of rule.client_cert ?? [])
      if (certificates?.has(name) === false)
        problems.push(
          `${where(index, ['client_cert'])}: rule ${index + 1}${named(item)}: client_cert: no [[connector]] has the certificate "${name}"`,
        )
    if (rule.action === undefined) classes.push(classRule(rule))
    else actions.push(actionRule(rule, rule.action))
  }
  if (problems.length > 0)
    throw new GatewayError('ERR_POLICY_RULES', { problems: problems.join('\n') })
  return Object.freeze({ actions: Object.freeze(actions), classes: Object.freeze(classes) })
}

function actionRule(rule: RuleSettings, action: Action): ActionRule {
  const sentBy = senderMatcher(rule)
  const sentTo = recipientMatcher(rule)
  const looks = messageMatcher(rule)
  return Object.freeze({
    name: rule.name,
    action,
    lane: rule.lane,
    reason: rule.reason,
    matches: (facts: RuleFacts) =>
      sentBy(facts.sender) &&
      sentTo(facts.recipient) &&
      includes(rule.class, facts.class) &&
      includes(rule.kind, facts.kind) &&
      includes(rule.level, facts.level) &&
      includes(rule.content, facts.content) &&
      looks(facts.message),
  })
}

function classRule(rule: RuleSettings): ClassRule {
  const sentBy = senderMatcher(rule)
  const sentTo = recipientMatcher(rule)
  const looks = messageMatcher(rule)
  const asksRecipient = rule.recipient !== undefined || rule.domain !== undefined
  const effect = rule.set_class === undefined ? 'raise' : 'set'
  return Object.freeze({
    name: rule.name,
    effect,
    class: (rule.set_class ?? rule.raise_to) as RiskClass,
    reason: rule.reason,
    // A message has one class, so one matching recipient raises it for all.
    matches: (
      sender: SenderFacts,
      recipients: readonly RuleFacts['recipient'][],
      message: MessageFacts,
    ) =>
      sentBy(sender) &&
      (!asksRecipient || recipients.some(sentTo)) &&
      (looks(message) || (effect === 'set' && sender.stated?.includes(rule.name) === true)),
    tagOf: (message: MessageFacts) => tagIn(rule, message),
  })
}

function senderMatcher(rule: RuleSettings): Matcher<SenderFacts> {
  const address = addressMatcher(rule.sender)
  const network = networkMatcher(rule.client_address)
  return ({ address: sender, authUser, clientCert, clientAddress }) =>
    address(sender) &&
    includes(rule.user, authUser) &&
    includes(rule.client_cert, clientCert) &&
    network(clientAddress)
}

function recipientMatcher(rule: RuleSettings): Matcher<RuleFacts['recipient']> {
  const address = addressMatcher(rule.recipient)
  const domain = domainMatcher(rule.domain)
  return recipient => address(recipient.address) && domain(recipient.domain)
}

/** What the message says of itself; every kind of condition that the rule has must hold. */
function messageMatcher(rule: RuleSettings): Matcher<MessageFacts> {
  const least = bytesOf(rule.min_size ?? '0B')
  const most = rule.max_size === undefined ? Infinity : bytesOf(rule.max_size)
  const names = rule.attachment_name?.map(compileShortPattern)
  const fields = Object.entries(rule.header ?? {}).map(
    ([name, pattern]) => [name, compileShortPattern(pattern)] as const,
  )
  return message =>
    message.size >= least &&
    message.size <= most &&
    (names === undefined || message.fileNames.some(name => names.some(test => test(name)))) &&
    fields.every(([name, test]) => message.header(name).some(test)) &&
    (rule.subject_tag === undefined || tagIn(rule, message) !== undefined)
}

function tagIn(rule: RuleSettings, message: MessageFacts): SubjectEdge | undefined {
  for (const tag of rule.subject_tag ?? []) {
    const edge = message.edgeOf(tag)
    if (edge !== undefined) return edge
  }
  return undefined
}

/** No list asks for nothing. */
function includes(list: readonly string[] | undefined, value: string | undefined): boolean {
  return list === undefined || (value !== undefined && list.includes(value))
}

function named(item: unknown): string {
  const name: unknown =
    typeof item === 'object' && item !== null && 'name' in item ? item.name : undefined
  return typeof name === 'string' ? ` (${name.slice(0, 63)})` : ''
}

function issueText(issue: {
  readonly path: readonly PropertyKey[]
  readonly message: string
}): string {
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`
}
