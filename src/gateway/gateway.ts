import { GatewayError } from '../errors.js'
import {
  replies,
  replyCode,
  type FinalReply,
  type MilterHandlers,
  type Transaction,
} from '../milter/index.js'
import { passOf } from '../policy/lanes.js'
import { CERTIFICATE_MACROS, admissionFor, certificateBy, customerBy } from './admission.js'
import { answerByMail, isAnswer } from './answer-by-mail.js'
import { logFailure } from './decision-log.js'
import type { Engine } from './engine.js'
import { messageLimits } from './message-limits.js'
import { observePass } from './observe-pass.js'
import { onePass } from './one-pass.js'
import { pinOnly } from './pass-edits.js'
import { PASS, answerCode, temporaryFailure, type Answer } from './reply.js'
import { learnKeys } from './learn-keys.js'
import { Intake } from './transaction.js'
import { objectionTo, turnAway } from './turn-away.js'
import { daemonName, type GatewayDependencies, type Visit } from './visit.js'
import { wholePass } from './whole-pass.js'

/**
 * The gateway as the milter library sees it: collects a message, walks it through the pass that it
 * is in, records the decision, and only then answers.
 *
 * Whatever throws on the way ends in 451 and an `error` in the log; with `mode = "observe"` the
 * message passes instead.
 */
export function createGateway(dependencies: GatewayDependencies): MilterHandlers {
  const { engines, log } = dependencies
  const intake = new Intake(() => messageLimits(engines.current.config))
  return {
    needs: {
      headers: true,
      body: true,
      edits: ['add-header', 'change-header', 'replace-body', 'change-sender'],
      macros: { mail: CERTIFICATE_MACROS },
    },
    body: (tx, chunk) => intake.addBody(tx, chunk),
    message: async (tx, signal) => {
      const lease = engines.lease()
      const { engine } = lease
      try {
        const admission = admissionFor(tx, engine.policy.connectors)
        const visit: Visit = {
          ...intake.arrived(tx, certificateBy(admission)),
          tx,
          engine,
          admission,
          customer: customerBy(admission) ?? engine.customerOf(tx.sender.address),
          lanes: dependencies.lanes(),
          signal,
        }
        return toReply(await answerTo(visit, dependencies))
      } catch (thrown) {
        const answer = answerToFailure(tx, engine)
        logFailure(log, tx.queueId, thrown, answerCode(answer))
        return toReply(answer)
      } finally {
        lease.release()
      }
    },
  }
}

async function answerTo(visit: Visit, dependencies: GatewayDependencies): Promise<Answer> {
  const objection = objectionTo(visit)
  if (objection !== undefined) return turnAway(visit, objection, dependencies)
  if (isAnswer(visit)) return answerByMail(visit, dependencies)
  const answer = await passFor(visit)(visit, dependencies)
  if (answer.kind === 'pass') await learnKeys(visit, dependencies)
  return answer
}

/** How a message is taken through: with lanes one pass of several, without them all at once. */
function passFor({ engine, lanes, tx }: Visit): typeof onePass {
  if (engine.config.mode === 'observe') return observePass
  if (passOf(daemonName(tx)) !== 'first') return onePass
  if (!lanes.settled) throw new GatewayError('ERR_GATEWAY_LANES_UNSETTLED')
  return lanes.inForce ? onePass : wholePass
}

function answerToFailure(tx: Transaction, { config }: Engine): Answer {
  if (config.mode === 'enforce') return temporaryFailure(tx.queueId)
  // Nothing that came by a lane may pass without a pin, or it would come again and again.
  if (passOf(daemonName(tx)) !== 'first') pinOnly(tx, 'sealed')
  return PASS
}

function toReply(answer: Answer): FinalReply {
  if (answer.kind === 'pass') return replies.continue
  if (answer.kind === 'discard') return replies.discard
  return replyCode(answer.code, answer.enhanced, answer.lines)
}
