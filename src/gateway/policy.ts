import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/load.js'
import { invalidSettings } from '../config/check.js'
import { packageRoot } from '../config/root.js'
import { parseToml } from '../config/toml.js'
import { GatewayError, reasonOf } from '../errors.js'
import type { MessageLimits } from '../message/limits.js'
import type { Connector } from '../policy/connector.js'
import type { Groups } from '../policy/groups.js'
import { compileRules, type RuleSet } from '../policy/rules.js'
import { compilePattern, type SafePattern } from '../policy/safe-pattern.js'
import { parseTable, type DecisionTable } from '../policy/table.js'
import { compileVendors, type Vendor } from '../policy/vendor.js'
import { loadConnectors } from './connectors.js'
import { messageLimits } from './message-limits.js'
import { readVendorProfiles, shippedVendorProfiles } from './vendor-profiles.js'

/** The decision table, the rules and the connectors in force. */
export interface Policy {
  readonly table: DecisionTable
  readonly rules: RuleSet
  /** Texts that count as nothing: footers of the house, cover texts of products. */
  readonly boilerplate: readonly SafePattern[]
  readonly connectors: readonly Connector[]
  /** Products that are known by more than their bytes. */
  readonly vendors: readonly Vendor[]
  /** The limits of the structure of a message, for those that are opened inside it. */
  readonly limits: MessageLimits
}

/**
 * Reads the decision table and the rules that the settings name, and proves them.
 *
 * Throws  ERR_POLICY_… or ERR_CONFIG_… with file, line and remedy: nothing starts with a policy
 *         that has a gap.
 */
export function loadPolicy(config: Config): Policy {
  const file = config.policy.decision_table || join(packageRoot(), 'policies/decision-table.tsv')
  const table = parseTable(readPolicyFile(file), file)
  return Object.freeze({
    table,
    rules: loadRules(config),
    boilerplate: loadBoilerplate(config),
    connectors: loadConnectors(config),
    vendors: loadVendors(config.policy.vendor_profiles),
    limits: messageLimits(config),
  })
}

/** The profiles that come with the program, and those of the files named. */
export function loadVendors(files: readonly string[]): readonly Vendor[] {
  return compileVendors([...shippedVendorProfiles(), ...files.flatMap(readVendorProfiles)])
}

function loadBoilerplate(config: Config): readonly SafePattern[] {
  const problems: string[] = []
  const patterns = config.policy.boilerplate.flatMap((source, index) => {
    try {
      return [compilePattern(source)]
    } catch (thrown) {
      const where = config.where(['policy', 'boilerplate', index], 'value')
      problems.push(`${where}: policy.boilerplate: ${reasonOf(thrown)}`)
      return []
    }
  })
  if (problems.length > 0) throw invalidSettings(problems)
  return Object.freeze(patterns)
}

/** Rules of the file that `policy.rules` names, then those of milter.conf itself. */
function loadRules(config: Config): RuleSet {
  const { rules: file } = config.policy
  const certificates = new Set(config.connector.flatMap(one => one.certificates))
  const groups = new Map(Object.entries(config.group))
  const fromFile = file === '' ? NO_RULES : rulesOfFile(file, certificates, groups)
  const inline = compileRules(
    config.rule.map(section => section.values),
    (index, path) => config.where(['rule', index, ...path], path.length > 0 ? 'value' : 'name'),
    certificates,
    groups,
  )
  return Object.freeze({
    actions: Object.freeze([...fromFile.actions, ...inline.actions]),
    classes: Object.freeze([...fromFile.classes, ...inline.classes]),
  })
}

const NO_RULES: RuleSet = { actions: [], classes: [] }

function rulesOfFile(file: string, certificates: ReadonlySet<string>, groups: Groups): RuleSet {
  const document = parseToml(readPolicyFile(file), file)
  const { rule = [], ...unknown } = document.values
  const names = Object.keys(unknown)
  if (names.length > 0 || !Array.isArray(rule)) {
    const problems = `${file}: may hold [[rule]] tables and nothing else${
      names.length > 0 ? ` (found ${names.join(', ')})` : ''
    }`
    throw new GatewayError('ERR_POLICY_RULES', { problems })
  }
  return compileRules(
    rule,
    (index, path) => document.where(['rule', index, ...path], path.length > 0 ? 'value' : 'name'),
    certificates,
    groups,
  )
}

function readPolicyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    throw new GatewayError('ERR_CONFIG_FILE', { file, reason: reasonOf(thrown) }, thrown)
  }
}
