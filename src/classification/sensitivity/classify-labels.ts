import type { RiskClass } from '../../policy/model.js'
import type { ClassLabel } from '../judge.js'
import { nameReader } from './label-names.js'
import { readSensitivityLabels } from './sensitivity-labels.js'

/** The settings of milter.conf that say which labels count for what. */
export interface LabelSettings {
  readonly label_sites: readonly string[]
  readonly label: readonly { readonly guid: string; readonly class: RiskClass }[]
  readonly label_names_confidential: readonly string[]
  readonly label_names_high: readonly string[]
}

/**
 * Prepares the judgement of Purview labels: a function from the entries of a msip_labels field,
 * or of a document, to labels.
 *
 * The GUID is the label's identity, so a configured one decides; a name is what is left when the
 * administrator said nothing. Where own tenants are configured, a label of another tenant says
 * nothing about our mail: it came in with the message that this one answers.
 */
export function labelClassifier(settings: LabelSettings): (value: string) => readonly ClassLabel[] {
  const classes = new Map(settings.label.map(entry => [entry.guid.toLowerCase(), entry.class]))
  const sites = new Set(settings.label_sites.map(site => site.toLowerCase()))
  const byName = nameReader([
    ['confidential', settings.label_names_confidential],
    ['high', settings.label_names_high],
  ])
  return value => {
    const labels: ClassLabel[] = []
    for (const { guid, site, name, enabled } of readSensitivityLabels(value)) {
      if (!enabled) continue
      const configured = classes.get(guid)
      if (configured !== undefined) {
        const why = `sensitivity label ${guid} is configured`
        labels.push({ id: 'msip-label', class: configured, why })
        continue
      }
      if (site !== undefined && sites.size > 0 && !sites.has(site)) continue
      const named = byName(name ?? '')
      const why = `the name of sensitivity label ${guid} says so`
      if (named !== undefined) labels.push({ id: 'msip-label-name', class: named, why })
    }
    return labels
  }
}
