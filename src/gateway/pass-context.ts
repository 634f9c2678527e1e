import { planAsk, type AskPlan, type Asked } from './ask-plan.js'
import { fieldsNamed } from '../message/header-fields.js'
import { FINAL_LANES, INSIDE_HEADER } from '../policy/lanes.js'
import type { SealOutlook } from '../policy/decide.js'
import type { ContentVerdict, Decision } from '../policy/model.js'
import { routeFor, type Route } from '../policy/route.js'
import { levelAfter } from '../policy/tried-lanes.js'
import type { Known } from './known.js'
import { withLevels } from './levels.js'
import { triedBefore, type Passage } from './passage.js'
import type { PassContext } from './pipeline.js'
import { planSeal, type SealPlan } from './seal-plan.js'
import { settled } from './settled.js'
import { vouchedFor } from './transit.js'
import type { GatewayDependencies, Visit } from './visit.js'

/** Recipients whose keys are looked for at the same time. */
const AT_ONCE = 8

/** What the pipeline decides with, for a message in one of its passes. */
export function passContext(
  visit: Visit,
  known: Known,
  deps: Pick<GatewayDependencies, 'store' | 'hasMapEntry' | 'sealing'>,
  sealing: {
    readonly isUsable: boolean
    readonly plans: Map<string, SealPlan>
    /** Filled with the question that the message waits for. */
    readonly questions: AskPlan[]
  },
): PassContext {
  const { store, hasMapEntry } = deps
  const { mail, engine, lanes } = visit
  const { passage, guest, waits, back, customer, paused, at } = known
  const { pass, earlier } = passage
  const tried = triedBefore(passage)
  const waitsFor = guest?.row?.why
  const isAnswered = waits === 'expired' || waits === 'released'
  return {
    host: engine.host,
    policy: engine.policy,
    isInternalDomain: engine.isInternalDomain,
    sender: { ...vouchedFor(passage, mail), address: mail.envelope.sender },
    floor: earlier?.floor,
    released: isReleased(known),
    sealUsable: sealing.isUsable,
    sealOutlook: async recipients => {
      const facts = { ...known, released: isReleased(known) }
      for (let at = 0; at < recipients.length; at += AT_ONCE)
        await Promise.all(
          recipients.slice(at, at + AT_ONCE).map(async one => {
            sealing.plans.set(one.address, await planSeal(one, visit, facts, deps))
          }),
        )
      return new Map(
        [...sealing.plans].map(([address, { choice }]) => [address, outlookOf(choice)]),
      )
    },
    ...(guest === undefined
      ? {}
      : {
          asking: async (asked: Asked) => {
            const { outlook, plan } = await planAsk(asked, visit, known, { store })
            if (plan !== undefined) sealing.questions.push(plan)
            return outlook
          },
        }),
    content: earlier?.sealed === undefined ? undefined : SEALED,
    levelsOf: async recipients => {
      const facts = await withLevels(recipients, customer, store, at)
      return facts.map(one => {
        // Bound to `qtls` before its entry is there, the message would come back as not verified.
        const isEarly = one.level === 'qualified' && !hasMapEntry(one.domain)
        return { ...one, level: levelAfter(isEarly ? 'undetermined' : one.level, tried) }
      })
    },
    waitedTooLong: () => Promise.resolve(waitsFor === 'wait' && isAnswered),
    amend: decision =>
      settled(decision, back, {
        state: waits,
        onHold: waitsFor === 'hold',
        staysInside: fieldsNamed(mail.root, INSIDE_HEADER).length > 0,
      }),
    routeOf: decision => routeFor(decision, { pass, tried, paused, bindsLater: lanes.bindsLater }),
    toRewrite: (decision, route) => toRewrite(decision, route, passage),
  }
}

/** What a letter of ours is, known by its body (`Transit.bodyHash`). */
const SEALED: ContentVerdict = Object.freeze({
  verdict: 'encrypted',
  system: 'postseal',
  coverage: 'whole',
  strength: 'strong',
  parts: Object.freeze([]),
  why: 'sealed by this gateway',
})

function outlookOf(choice: SealPlan['choice']): SealOutlook {
  return choice.kind === 'seal' ? { kind: 'seal' } : choice
}

/** A release holds for the rest of the way: a lane that hands the message back does not undo it. */
export function isReleased({ passage, guest, waits }: Known): boolean {
  const now = waits === 'released' && guest?.row?.why === 'hold'
  return now || passage.earlier?.released === true
}

/**
 * A message is rewritten when it is bound to a lane that leads out, so that nothing is said or taken
 * off before the way is certain, and when it came back from one and goes on: the lock has to go.
 */
function toRewrite(
  decision: Decision,
  route: Route,
  { pass, earlier }: Passage,
): Decision | undefined {
  if (route.kind !== 'pin' && route.kind !== 'leave') return undefined
  const isFinal = route.kind === 'pin' && route.final
  if (pass === 'first' && !isFinal) return undefined
  const returned = earlier?.tried.some(isFinalLane) === true
  return { ...decision, ...(isFinal ? { pin: route.lane } : {}), returned }
}

function isFinalLane(lane: string): boolean {
  return FINAL_LANES.some(name => name === lane)
}
