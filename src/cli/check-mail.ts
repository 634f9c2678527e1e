import { readFile } from 'node:fs/promises'
import { withLevels } from '../gateway/levels.js'
import { messageLimits } from '../gateway/message-limits.js'
import { decideMail } from '../gateway/pipeline.js'
import type { Recipient } from '../gateway/recipients.js'
import type { Envelope, Part } from '../message/mail.js'
import { headerAddresses } from '../message/address.js'
import { createMail } from '../message/create-mail.js'
import { createMailParser } from '../message/mail-parser.js'
import { bufferSource } from '../message/source.js'
import type { RecipientFacts } from '../policy/decide.js'
import type { Decision, Level } from '../policy/model.js'
import type { Engine } from '../gateway/engine.js'
import type { Store } from '../store/store.js'

export interface CheckOptions {
  readonly from: string | undefined
  /** Empty: the recipients that the header names. */
  readonly to: readonly string[]
  readonly assume: ReadonlyMap<string, Level>
  /** Whom Postfix would vouch for: rules may ask for it. */
  readonly user?: string | undefined
  readonly client?: string | undefined
}

export interface CheckTools {
  readonly engine: Engine
  /** Absent: no domain is known. */
  readonly store: Pick<Store, 'levels'> | undefined
  readonly now: () => number
}

/**
 * What would happen to a message from a file, by the code that the daemon runs; nothing is changed
 * and nothing is recorded.
 *
 * Throws  what the system says of a file that cannot be read; a temporary GatewayError when a
 *         plugin or the store fails.
 */
export async function checkMail(
  file: string,
  options: CheckOptions,
  tools: CheckTools,
): Promise<Decision> {
  const bytes = await readFile(file)
  const { engine } = tools
  const parser = createMailParser(messageLimits(engine.config))
  parser.write(bytes)
  const structure = parser.end()
  const envelope = envelopeFor(structure.root, options)
  const mail = createMail(structure, bufferSource(bytes), envelope)
  const customer = engine.customerOf(envelope.sender)
  return decideMail(
    mail,
    {
      host: engine.host,
      policy: engine.policy,
      isInternalDomain: engine.isInternalDomain,
      sealUsable: engine.host.sealers.length > 0,
      sender: {
        address: envelope.sender,
        authUser: options.user,
        clientAddress: options.client,
      },
      levelsOf: recipients => assumedLevels(recipients, customer, options, tools),
      waitedTooLong: () => Promise.resolve(false),
    },
    AbortSignal.timeout(engine.config.milter.message_timeout),
  )
}

function envelopeFor(root: Part, options: CheckOptions): Envelope {
  const named = (names: readonly string[]): readonly string[] =>
    names.flatMap(name => headerAddresses(root, name))
  const [author = ''] = named(['return-path', 'from'])
  return Object.freeze({
    sender: options.from ?? author,
    recipients: Object.freeze(options.to.length > 0 ? [...options.to] : named(['to', 'cc', 'bcc'])),
  })
}

async function assumedLevels(
  recipients: readonly Recipient[],
  customer: string,
  { assume }: CheckOptions,
  { store, now }: CheckTools,
): Promise<readonly RecipientFacts[]> {
  const known = await withLevels(recipients, customer, store ?? NO_LEVELS, now())
  return known.map(facts => {
    const level = assume.get(facts.domain)
    return level === undefined ? facts : { ...facts, level }
  })
}

const NO_LEVELS: Pick<Store, 'levels'> = { levels: () => Promise.resolve(new Map()) }
