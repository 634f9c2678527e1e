import { RISK_CLASSES, type Label, type RiskClass } from './model.js'
import type { RuleFacts, RuleSet, SenderFacts } from './rules.js'

export interface RiskInput {
  readonly labels: readonly Label[]
  readonly sender: SenderFacts
  readonly recipients: readonly RuleFacts['recipient'][]
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
export function assessRisk({ labels, sender, recipients, rules, floor }: RiskInput): Risk {
  const matching = rules.classes.filter(rule => rule.matches(sender, recipients))
  const stated = matching.filter(({ effect }) => effect === 'set').map(labelOf)
  const raised = matching.filter(({ effect }) => effect === 'raise').map(labelOf)
  if (floor !== undefined) raised.push(floorLabel(floor))
  const basis = stated.length > 0 ? stated : labels
  return Object.freeze({
    class: highestClass([...basis, ...raised]),
    labels: Object.freeze([...labels, ...stated, ...raised]),
  })
}

function highestClass(labels: readonly Label[]): RiskClass {
  return RISK_CLASSES.findLast(name => labels.some(label => label.class === name)) ?? 'normal'
}

function labelOf(rule: RuleSet['classes'][number]): Label {
  const because = rule.reason === undefined ? '' : `: ${rule.reason}`
  return Object.freeze({
    plugin: 'policy/rules',
    id: `rule.${rule.name}`,
    class: rule.class,
    why: `rule ${rule.name} ${rule.effect === 'set' ? 'sets' : 'raises'} the class${because}`,
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
