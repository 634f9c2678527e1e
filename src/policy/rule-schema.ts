import { z } from 'zod'
import { isNetwork, normalDomain } from './matcher.js'
import { patternFor } from './pattern-schema.js'
import { SIZE } from './rule-size.js'
import { compileShortPattern } from './short-pattern.js'
import { LEVELS, MESSAGE_KINDS, RISK_CLASSES, VERDICTS } from './model.js'

/** Lanes of our own: a hand-over goes to a product's lane, never to one of these. */
const OWN_LANES = ['split', 'qtls', 'tls', 'sealed', 'internal']

const RULE_ACTIONS = ['deliver', 'seal', 'ask', 'hold', 'hand-over', 'reject'] as const

const list = <Item extends z.ZodType>(item: Item) => z.array(item).min(1, 'name at least one')

const domain = z
  .string()
  .refine(text => /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(normalDomain(text.replace(/^\./, ''))), {
    error: 'is no domain: example.org, or .example.org for its subdomains',
  })

const address = z.string().refine(
  text => {
    const at = text.lastIndexOf('@')
    return (
      at >= 0 && domain.safeParse(text.slice(at + 1)).success && !(at > 0 && text[at + 1] === '.')
    )
  },
  { error: 'is no address: anna@example.org, @example.org or @.example.org' },
)

const short = patternFor(compileShortPattern)

const size = z.string().regex(SIZE, 'must be a size with its unit (B, K, M, G) such as "64M"')

/**
 * One `[[rule]]` of milter.conf or of a rules file: conditions, all of which must hold, and one
 * effect. Rules go before the decision table.
 */
export const ruleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower case letters, digits and hyphens'),
    // Who sends. An envelope sender is a claim; the other three are what Postfix vouches for.
    sender: list(address).optional(),
    user: list(z.string().min(1)).optional(),
    client_cert: list(z.string().min(1)).optional(),
    client_address: list(
      z.string().refine(isNetwork, { error: 'is no address or network: 192.0.2.0/24' }),
    ).optional(),
    // Who receives.
    recipient: list(address).optional(),
    domain: list(domain).optional(),
    // What it is about.
    class: list(z.enum(RISK_CLASSES)).optional(),
    kind: list(z.enum(MESSAGE_KINDS)).optional(),
    level: list(z.enum(LEVELS).exclude(['internal'])).optional(),
    content: list(z.enum(VERDICTS)).optional(),
    // What the message looks like: claims of the sender, all of them.
    subject_tag: list(
      z
        .string()
        .regex(/^(?:\[\s*[^\s[\]][^[\]]*\]|[^\s[\]]+)$/u, 'is no tag: "[plain]", or a word'),
    ).optional(),
    header: z
      .record(z.string().regex(/^[!-9;-~]{1,100}$/, 'is no name of a field'), short)
      .refine(fields => Object.keys(fields).length > 0, { error: 'name at least one' })
      .optional(),
    attachment_name: list(short).optional(),
    min_size: size.optional(),
    max_size: size.optional(),
    // The effect.
    action: z.enum(RULE_ACTIONS).optional(),
    lane: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower case letters, digits and hyphens')
      .refine(lane => !OWN_LANES.includes(lane), { error: 'is a lane of ours, not of a product' })
      .optional(),
    raise_to: z.enum(RISK_CLASSES).optional(),
    set_class: z.enum(RISK_CLASSES).optional(),
    reason: z.string().trim().min(1, 'must say something').optional(),
  })
  .superRefine((rule, context) => {
    for (const message of contradictions(rule)) context.addIssue({ code: 'custom', message })
  })

export type RuleSettings = z.infer<typeof ruleSchema>

/** What is wrong with a rule although each of its settings is right by itself. */
function* contradictions(rule: RuleSettings): Generator<string> {
  const effects = [rule.action, rule.raise_to, rule.set_class].filter(
    effect => effect !== undefined,
  )
  if (effects.length !== 1) yield 'give exactly one of action, raise_to, set_class'
  if ((rule.lane !== undefined) !== (rule.action === 'hand-over'))
    yield 'lane and action = "hand-over" go together'
  if (
    rule.action === undefined &&
    (rule.class ?? rule.kind ?? rule.level ?? rule.content) !== undefined
  )
    yield 'a rule about the class cannot ask for class, kind, level or content'
  if (rule.set_class !== undefined && (rule.recipient ?? rule.domain) !== undefined)
    yield 'set_class is about who sends and cannot ask for recipient or domain'
  const permitted = (rule.user ?? rule.client_cert ?? rule.client_address) !== undefined
  if (rule.set_class !== undefined && !permitted)
    yield 'set_class needs user, client_cert or client_address: a sender address is only a claim'
  const mustWeaken =
    rule.set_class !== undefined || rule.action === 'deliver' || rule.action === 'hand-over'
  if (mustWeaken && rule.reason === undefined)
    yield 'this may weaken the protection, so it needs a reason'
  // With a reason the rule is taken as it is written, so what it rests on must not be forgeable.
  const mayWeaken = mustWeaken || (rule.action !== undefined && rule.reason !== undefined)
  if (!mayWeaken) return
  if (rule.sender !== undefined && !permitted)
    yield 'a rule that may weaken cannot rest on sender alone: add user, client_cert or client_address'
  const claim = rule.subject_tag ?? rule.header ?? rule.attachment_name
  if ((claim ?? rule.min_size ?? rule.max_size) !== undefined && !permitted)
    yield 'a rule that may weaken cannot rest on what the message says of itself: add user, client_cert or client_address'
  if (!permitted && (rule.recipient ?? rule.domain) === undefined)
    yield 'a rule that may weaken must name somebody: user, client_cert, client_address, recipient or domain'
}
