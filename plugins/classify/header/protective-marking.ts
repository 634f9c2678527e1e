import type { RiskClass } from 'postseal/plugin'

/**
 * Class of an X-Protective-Marking value; undefined when it is marked as not sensitive.
 *
 * Shape   `VER=2018.6, NS=gov.au, SEC=OFFICIAL:Sensitive, ACCESS=Legal-Privilege, ORIGIN=…`
 * Gives   confidential for a marking that we can't read: somebody wanted to say something.
 * Source  Australian Government Email Protective Marking Standard 2018.6, section 5
 */
export function classOfMarking(value: string): RiskClass | undefined {
  const [, marking = ''] = /(?:^|,)\s{0,20}SEC=([^,]*)/iu.exec(value) ?? []
  const security = marking
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/gu, ' ')
  return NOT_SENSITIVE.has(security) ? undefined : (CLASSES[security] ?? 'confidential')
}

const NOT_SENSITIVE = new Set(['unofficial', 'unclassified', 'official'])

const CLASSES: Readonly<Record<string, RiskClass>> = {
  'official:sensitive': 'high',
  'official: sensitive': 'high',
}
