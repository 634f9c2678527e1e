import { RISK_CLASSES, type RiskClass } from '../../src/policy/model.js'
import type { Judged } from './judge-set.js'

/** How often a class was right, of those that have it and of those that were given it. */
export interface ClassFigure {
  readonly class: RiskClass
  readonly have: number
  readonly given: number
  readonly right: number
}

/** Mails of a class (first) that were given a class (second). */
export type Confusion = Readonly<Record<RiskClass, Readonly<Record<RiskClass, number>>>>

export function confusionOf(judged: readonly Judged[]): Confusion {
  const count = (is: RiskClass, given: RiskClass): number =>
    judged.filter(one => one.class === is && one.given === given).length
  const row = (is: RiskClass): Record<RiskClass, number> => ({
    normal: count(is, 'normal'),
    high: count(is, 'high'),
    confidential: count(is, 'confidential'),
  })
  return { normal: row('normal'), high: row('high'), confidential: row('confidential') }
}

export function classFigures(judged: readonly Judged[]): readonly ClassFigure[] {
  return RISK_CLASSES.map(name => ({
    class: name,
    have: judged.filter(one => one.class === name).length,
    given: judged.filter(one => one.given === name).length,
    right: judged.filter(one => one.class === name && one.given === name).length,
  }))
}

/**
 * Share of the mails above normal that got their class or a higher one: what a message needs, it has.
 */
export function protectedShare(judged: readonly Judged[]): number {
  const above = judged.filter(one => one.class !== 'normal')
  const enough = above.filter(one => rank(one.given) >= rank(one.class))
  return above.length === 0 ? 1 : enough.length / above.length
}

/** Between 0 and 1; 1 where there is nothing to find. */
export function recallOf({ have, right }: ClassFigure): number {
  return have === 0 ? 1 : right / have
}

/** Between 0 and 1; 1 where nothing was given. */
export function precisionOf({ given, right }: ClassFigure): number {
  return given === 0 ? 1 : right / given
}

function rank(riskClass: RiskClass): number {
  return RISK_CLASSES.indexOf(riskClass)
}
