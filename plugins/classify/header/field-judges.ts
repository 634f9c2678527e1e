import {
  decodeHeaderText,
  labelClassifier,
  type Label,
  type LabelSettings,
  type RiskClass,
} from 'postseal/plugin'
import { classOfMarking } from './protective-marking.js'

interface FieldSettings extends LabelSettings {
  readonly sensitivity_personal: RiskClass
  readonly sensitivity_private: RiskClass
  readonly sensitivity_company_confidential: RiskClass
  readonly protective_marking: boolean
}

/**
 * Gives, by field name in lower case, a function from the unfolded value to what it claims.
 *
 * Source  RFC 4021 section 2.1 (Sensitivity) and RFC 2156 (its values)
 */
export function fieldJudges(
  settings: FieldSettings,
): ReadonlyMap<string, (value: string) => readonly Label[]> {
  const labelsOf = labelClassifier(settings)
  const sensitivities = new Map([
    ['personal', settings.sensitivity_personal],
    ['private', settings.sensitivity_private],
    ['company-confidential', settings.sensitivity_company_confidential],
  ])
  const sensitivity = (value: string): Label[] => {
    const says = sensitivityOf(value)
    const riskClass = sensitivities.get(says)
    if (riskClass === undefined) return []
    return [{ id: 'sensitivity-header', class: riskClass, why: `Sensitivity is ${says}` }]
  }
  const marking = (value: string): Label[] => {
    const riskClass = classOfMarking(decodeHeaderText(value))
    if (riskClass === undefined || !settings.protective_marking) return []
    const why = 'X-Protective-Marking names a sensitive class'
    return [{ id: 'protective-marking', class: riskClass, why }]
  }
  return new Map([
    ['msip_labels', value => labelsOf(decodeHeaderText(value))],
    ['sensitivity', sensitivity],
    ['x-protective-marking', marking],
  ])
}

/** The value without comments; clients write `Company-Confidential` with a hyphen or a space. */
function sensitivityOf(value: string): string {
  const plain = value.slice(0, 200).replace(/\([^()]*\)/gu, ' ')
  return plain
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/gu, '-')
}
