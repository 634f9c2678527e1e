import { choice, list, tables, text } from '../config/kinds.js'
import type { Settings } from '../config/setting.js'
import { RISK_CLASSES } from '../policy/model.js'

const GUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/

const guid = text({ doc: 'A GUID.', pattern: GUID, values: 'a GUID' })
const term = text({ doc: 'A word or several.', maxLength: 100 })

/** Settings of every classifier that reads labels of Microsoft Purview. */
export const SENSITIVITY_SETTINGS = {
  label_sites: list({
    of: guid,
    default: [],
    doc: 'GUIDs of the tenants whose Purview labels count by name; empty counts those of every tenant.',
  }),
  label: tables({
    fields: {
      guid: text({ doc: 'GUID of the label.', pattern: GUID, values: 'a GUID' }),
      class: choice({
        values: RISK_CLASSES,
        doc: 'Class of a message that carries it; normal raises nothing.',
      }),
    },
    default: [],
    doc: 'Purview labels by GUID. A label that is named here is not judged by its name.',
  }),
  label_names_confidential: list({
    of: term,
    default: [
      'vertraulich',
      'vertrauliche',
      'geheim',
      'confidential',
      'secret',
      'confidentiel',
      'confidentielle',
      'riservato',
      'riservata',
      'riservatissimo',
      'confidenziale',
      'segreto',
    ],
    doc: 'Words in the name of any other Purview label that make the message confidential.',
  }),
  label_names_high: list({
    of: term,
    default: [
      'restricted',
      'sensitive',
      'eingeschränkt',
      'sensibel',
      'nur für den Dienstgebrauch',
      'VS-NfD',
      'diffusion restreinte',
      'restreint',
      'sensible',
      'diffusione limitata',
      'sensibile',
    ],
    doc: 'Words in the name of any other Purview label that make the class at least high.',
  }),
} as const satisfies Settings
