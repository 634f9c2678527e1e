import { RISK_CLASSES, type Label, type RiskClass } from './model.js'
import type { ClassRule, MessageFacts, RuleFacts, RuleSet, SenderFacts } from './rules.js'

export interface RiskInput {
  readonly labels: readonly Label[]
  readonly sender: SenderFacts
  readonly recipients: readonly RuleFacts['recipient'][]
  readonly message: MessageFacts
  readonly rules: RuleSet
  /** Class of an earlier pass of the same message: it never gets lower by itself. */
  readonly floor?: RiskClass | undefined
}

export interface Risk {
  readonly class: RiskClass
  /** Every label, and one more for each rule and for the floor that had a say. */
  readonly labels: readonly Label[]
}

/**
 * The class of a message: the highest that any classifier gives, or what a rule for a permitted
 * sender states; then never below what rules and an earlier pass ask for. No label means normal.
 */
export function assessRisk(input: RiskInput): Risk {
  const { labels, sender, recipients, message, rules, floor } = input
  const matching = rules.classes.filter(rule => rule.matches(sender, recipients, message))
  const stated = matching.filter(({ effect }) => effect === 'set').map(labelOf)
  const raised = matching.filter(({ effect }) => effect === 'raise').map(labelOf)
  if (floor !== undefined) raised.push(floorLabel(floor))
  const basis = stated.length > 0 ? stated : labels
  return Object.freeze({
    class: highestClass([...basis, ...raised]),
    labels: Object.freeze([...labels, ...stated, ...raised, ...tagsOf(matching, labels, message)]),
  })
}

function highestClass(labels: readonly Label[]): RiskClass {
  return RISK_CLASSES.findLast(name => labels.some(label => label.class === name)) ?? 'normal'
}

/** Names of the rules about the class that had a say. */
export function rulesBehind(labels: readonly Label[]): readonly string[] {
  return labels
    .filter(({ plugin, id }) => plugin === RULES && id.startsWith(RULE))
    .map(({ id }) => id.slice(RULE.length))
}

const RULES = 'policy/rules'
const RULE = 'rule.'

function labelOf(rule: ClassRule): Label {
  const because = rule.reason === undefined ? '' : `: ${rule.reason}`
  return Object.freeze({
    plugin: RULES,
    id: `${RULE}${rule.name}`,
    class: rule.class,
    why: `rule ${rule.name} ${rule.effect === 'set' ? 'sets' : 'raises'} the class${because}`,
  })
}

/**
 * Tags that a rule asked for, in the form in which a classifier reports one, so that the recipient does
 * not see it; where a classifier has reported the same edge, it has counted the tag.
 */
function tagsOf(
  rules: readonly ClassRule[],
  labels: readonly Label[],
  message: MessageFacts,
): readonly Label[] {
  return (['start', 'end'] as const).flatMap(edge => {
    const id = `subject-tag-${edge}`
    const rule = rules.find(one => one.tagOf(message) === edge)
    if (rule === undefined || labels.some(label => label.id === id)) return []
    const why = `rule ${rule.name} asks for the tag`
    return [Object.freeze({ plugin: RULES, id, class: 'normal' as const, count: 1, why })]
  })
}

function floorLabel(floor: RiskClass): Label {
  return Object.freeze({
    plugin: 'policy/floor',
    id: 'earlier-pass',
    class: floor,
    why: 'an earlier pass of the same message gave this class',
  })
}
