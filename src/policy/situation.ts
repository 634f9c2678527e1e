import {
  COVERAGES,
  LEVELS,
  MESSAGE_KINDS,
  RISK_CLASSES,
  STRENGTHS,
  VERDICTS,
  type Coverage,
  type Level,
  type MessageKind,
  type RiskClass,
  type Strength,
  type Verdict,
} from './model.js'

/** Everything that a row of the decision table can ask about one recipient of one message. */
export interface Situation {
  readonly class: RiskClass
  readonly kind: MessageKind
  readonly level: Level
  /** Whether an undetermined domain has been waited for as long as the settings allow. */
  readonly waited: Waited
  readonly content: Verdict
  readonly strength: Strength
  readonly coverage: Coverage
}

export const WAITED = ['no', 'yes'] as const
export type Waited = (typeof WAITED)[number]

/** The columns of a situation with every value they can have. */
export const SITUATION_VALUES = {
  class: RISK_CLASSES,
  kind: MESSAGE_KINDS,
  level: LEVELS,
  waited: WAITED,
  content: VERDICTS,
  strength: STRENGTHS,
  coverage: COVERAGES,
} as const satisfies { readonly [Column in keyof Situation]: readonly Situation[Column][] }

/** Every situation there is; only an undetermined domain can have been waited for. */
export function* everySituation(): Generator<Situation> {
  for (const riskClass of RISK_CLASSES)
    for (const kind of MESSAGE_KINDS)
      for (const level of LEVELS)
        for (const waited of level === 'undetermined' ? WAITED : (['no'] as const))
          for (const content of VERDICTS)
            for (const strength of STRENGTHS)
              for (const coverage of COVERAGES)
                yield { class: riskClass, kind, level, waited, content, strength, coverage }
}
