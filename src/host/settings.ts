import { choice, type About } from '../config/kinds.js'
import * as kinds from '../config/kinds.js'
import type { Setting } from '../config/setting.js'
import { RISK_CLASSES, type RiskClass } from '../policy/model.js'

/** A risk class: `normal`, `high` or `confidential`. */
function riskClass(about: About<RiskClass>): Setting<RiskClass> {
  return choice({ ...about, values: RISK_CLASSES })
}

/** The kinds of setting that a plugin may declare. */
export const s = Object.freeze({
  boolean: kinds.boolean,
  choice,
  domains: kinds.domains,
  duration: kinds.duration,
  integer: kinds.integer,
  list: kinds.list,
  path: kinds.path,
  riskClass,
  size: kinds.size,
  table: kinds.table,
  tables: kinds.tables,
  text: kinds.text,
})
