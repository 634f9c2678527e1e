import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DecideInput } from '../../src/policy/decide.js'
import type { ContentVerdict, Label, RiskClass } from '../../src/policy/model.js'
import { NO_RULES, type MessageFacts } from '../../src/policy/rules.js'
import { parseTable } from '../../src/policy/table.js'
import { ROOT } from './tree-sources.js'

const TABLE_FILE = join(ROOT, 'policies/decision-table.tsv')

/** The decision table that is shipped. */
export const shippedTable = parseTable(readFileSync(TABLE_FILE, 'utf8'), 'decision-table.tsv')

export const READABLE: ContentVerdict = {
  verdict: 'not-encrypted',
  system: null,
  coverage: 'none',
  strength: 'none',
  parts: [],
  why: 'nothing is protected',
}

export const ENCRYPTED: ContentVerdict = {
  verdict: 'encrypted',
  system: 'smime',
  coverage: 'whole',
  strength: 'strong',
  parts: [],
  why: 'all of it is protected',
}

/** A message that says nothing of itself. */
export const NO_CLAIMS: MessageFacts = {
  size: 1000,
  fileNames: [],
  header: () => [],
  edgeOf: () => undefined,
}

export function label(riskClass: RiskClass): Label {
  return { plugin: 'classify/test', id: 'test', class: riskClass, why: 'the test says so' }
}

/** An ordinary readable message from nobody in particular, with what a test wants changed. */
export function decideInput(change: Partial<DecideInput> = {}): DecideInput {
  return {
    labels: [],
    content: READABLE,
    kind: 'ordinary',
    sender: { address: 'anna@example.org' },
    message: NO_CLAIMS,
    recipients: [{ address: 'bob@example.net', domain: 'example.net', level: 'none' }],
    sealUsable: true,
    table: shippedTable,
    rules: NO_RULES,
    ...change,
  }
}
