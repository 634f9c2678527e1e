import type { PluginHost } from '../host/load.js'
import type { Edit } from '../message/edit.js'
import type { Mail } from '../message/mail.js'
import { decide, type RecipientFacts, type SealOutlook } from '../policy/decide.js'
import type { AskOutlook } from '../policy/asking.js'
import type {
  AskChoice,
  ContentVerdict,
  Decision,
  MessageKind,
  RecipientDecision,
  RiskClass,
} from '../policy/model.js'
import type { Route } from '../policy/route.js'
import type { SenderFacts } from '../policy/rules.js'
import { examine } from './examine.js'
import { messageFacts } from './message-facts.js'
import type { Asked } from './ask-plan.js'
import type { Policy } from './policy.js'
import { classifyRecipients, type Recipient } from './recipients.js'

/** What a decision is made with; all of it is fixed for the length of one message. */
export interface DecideContext {
  readonly host: PluginHost
  readonly policy: Policy
  readonly isInternalDomain: (domain: string) => boolean
  readonly sender: SenderFacts
  /** Class that an earlier pass gave. */
  readonly floor?: RiskClass | undefined
  /** An officer has let the message go on. */
  readonly released?: boolean
  /** Whether there is anything to seal with; absent: not. */
  readonly sealUsable?: boolean
  /** What can be done about sealing for recipients whose messages are to be sealed; absent: all of it. */
  sealOutlook?(recipients: readonly RecipientDecision[]): Promise<ReadonlyMap<string, SealOutlook>>
  /** What the content is known to be, in place of what detectors say. */
  readonly content?: ContentVerdict | undefined
  /** What has become of asking the sender about a recipient; absent: nobody has looked. */
  asking?(asked: Asked): Promise<AskOutlook | undefined>
  /** Levels of the external domains among the recipients, unknown ones as `undetermined`. */
  levelsOf(recipients: readonly Recipient[]): Promise<readonly RecipientFacts[]>
  /** Whether this message has waited for undetermined domains as long as the settings allow. */
  waitedTooLong(mail: Mail): Promise<boolean>
}

/** What becomes of a decision at the place where the message is. */
export interface PassContext extends DecideContext {
  /** Puts in what is known without any table, such as that a domain does not exist. */
  amend(decision: Decision): Decision
  routeOf(decision: Decision): Route
  /** What the rewrite plugins are shown; undefined when nothing is to be rewritten. */
  toRewrite(decision: Decision, route: Route): Decision | undefined
}

export interface Outcome {
  readonly decision: Decision
  readonly route: Route
  /** What the message is to become. */
  readonly edits: readonly Edit[]
}

/**
 * The walk from a message to what is done with it: classify, detect, decide, route, rewrite.
 *
 * Throws  a temporary GatewayError when a plugin or the store fails: the message is deferred.
 */
export async function protect(
  mail: Mail,
  context: PassContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const decision = context.amend(await decideMail(mail, context, signal))
  const route = context.routeOf(decision)
  const shown = context.toRewrite(decision, route)
  const edits = shown === undefined ? [] : await context.host.rewrite(mail, shown, signal)
  return Object.freeze({ decision, route, edits })
}

/** The first half of the walk: classify, detect, decide. Nothing is changed by it. */
export async function decideMail(
  mail: Mail,
  context: DecideContext,
  signal: AbortSignal,
): Promise<Decision> {
  const { host, policy, sender, floor, released } = context
  const addressed = classifyRecipients(mail.envelope.recipients, context.isInternalDomain)
  const {
    labels,
    content: found,
    kind,
  } = await examine(mail, host, { ...policy, clientAddress: sender.clientAddress }, signal)
  const content = context.content ?? found
  const sealUsable = context.sealUsable === true
  const message = messageFacts(mail)
  const decideFor: DecideFor = recipients => {
    const { table, rules } = policy
    const facts = { labels, content, kind, sender, message, floor, released, recipients }
    return { recipients, decision: decide({ ...facts, sealUsable, table, rules }) }
  }
  const first = decideFor(await context.levelsOf(addressed))
  const isLate = has(first.decision, 'wait') && (await context.waitedTooLong(mail))
  const timed = isLate
    ? decideFor(first.recipients.map(recipient => ({ ...recipient, waitedTooLong: true })))
    : first
  return withOutlook(await withAnswers(timed, kind, decideFor, context), decideFor, context)
}

type DecideFor = (recipients: readonly RecipientFacts[]) => Decided

/** A decision with the facts that it was made on. */
interface Decided {
  readonly recipients: readonly RecipientFacts[]
  readonly decision: Decision
}

/** Decides again with what has become of asking about recipients, where that matters. */
async function withAnswers(
  decided: Decided,
  kind: MessageKind,
  decideFor: DecideFor,
  context: DecideContext,
): Promise<Decided> {
  if (context.asking === undefined) return decided
  const { recipients, decision } = decided
  const answered: RecipientFacts[] = []
  for (const [index, facts] of recipients.entries()) {
    const recipient = decision.recipients[index]
    if (recipient === undefined || facts.level === 'internal') {
      answered.push(facts)
      continue
    }
    const tryOut = async (choice: AskChoice): Promise<RecipientDecision> => {
      const tried = [{ ...facts, asking: { kind: 'answered', choice, by: 'the sender' } as const }]
      const { recipients: outcome } = await withOutlook(decideFor(tried), decideFor, context)
      return outcome[0] ?? recipient
    }
    const asking = await context.asking({ recipient, class: decision.class, kind, tryOut })
    answered.push(asking === undefined ? facts : { ...facts, asking })
  }
  const isSame = answered.every((facts, index) => facts === recipients[index])
  return isSame ? decided : decideFor(answered)
}

/** Decides again with what can be done about sealing, where that matters. */
async function withOutlook(
  { recipients, decision }: Decided,
  decideFor: DecideFor,
  context: DecideContext,
): Promise<Decision> {
  const sealed = decision.recipients.filter(({ action }) => action === 'seal')
  if (sealed.length === 0 || context.sealOutlook === undefined) return decision
  const outlook = await context.sealOutlook(sealed)
  const known = recipients.map(recipient => ({
    ...recipient,
    sealing: outlook.get(recipient.address),
  }))
  return decideFor(known).decision
}

function has(decision: Decision, wanted: string): boolean {
  return decision.recipients.some(({ action }) => action === wanted)
}
