import { MilterError } from './milter-error.js'
import { SMFIC, encodePacket } from './wire.js'

/** Changes a filter may ask for (SMFIF_*). */
export const ACTIONS = Object.freeze({
  'add-header': 0x001,
  'replace-body': 0x002,
  'add-recipient': 0x004,
  'remove-recipient': 0x008,
  'change-header': 0x010,
  quarantine: 0x020,
  'change-sender': 0x040,
  'add-recipient-parameters': 0x080,
  'request-macros': 0x100,
} as const)

/** What a filter may declare that it edits; macro requests follow from `needs.macros`. */
export type MilterAction = Exclude<keyof typeof ACTIONS, 'request-macros'>

/** Protocol bits (SMFIP_*): NO* = do not send, NR_* = expect no reply. */
export const PROTOCOL = Object.freeze({
  NOCONNECT: 0x1,
  NOHELO: 0x2,
  NOMAIL: 0x4,
  NORCPT: 0x8,
  NOBODY: 0x10,
  NOHDRS: 0x20,
  NOEOH: 0x40,
  NR_HDR: 0x80,
  NOUNKNOWN: 0x100,
  NODATA: 0x200,
  SKIP: 0x400,
  RCPT_REJ: 0x800,
  NR_CONN: 0x1000,
  NR_HELO: 0x2000,
  NR_MAIL: 0x4000,
  NR_RCPT: 0x8000,
  NR_DATA: 0x10000,
  NR_UNKN: 0x20000,
  NR_EOH: 0x40000,
  NR_BODY: 0x80000,
  HDR_LEADSPC: 0x100000,
} as const)

/** Stages a macro list can be asked for, by their number in the request (SMFIM_*). */
export const MACRO_STAGES = Object.freeze({
  connect: 0,
  helo: 1,
  mail: 2,
  rcpt: 3,
  data: 4,
  eom: 5,
  eoh: 6,
} as const)

export type MacroStage = keyof typeof MACRO_STAGES

/** Macro names by stage, multi-character names in braces: `i`, `{auth_authen}`. */
export type MacroRequest = Readonly<Partial<Record<MacroStage, readonly string[]>>>

/** What Postfix sends when nothing is asked for (milter_*_macros). */
const USUAL_MACROS: Readonly<Record<MacroStage, readonly string[]>> = {
  connect: ['j', '{daemon_name}', '{daemon_addr}', 'v', '_'],
  helo: ['{tls_version}', '{cipher}', '{cipher_bits}', '{cert_subject}', '{cert_issuer}'],
  mail: [
    'i',
    '{auth_type}',
    '{auth_authen}',
    '{auth_author}',
    '{mail_addr}',
    '{mail_host}',
    '{mail_mailer}',
  ],
  rcpt: ['i', '{rcpt_addr}', '{rcpt_host}', '{rcpt_mailer}'],
  data: ['i'],
  eom: ['i'],
  eoh: ['i'],
}

export interface OptionOffer {
  readonly version: number
  readonly actions: number
  readonly protocol: number
}

/** The steps of a mail that can be left out or left unanswered. */
export type Step =
  'connect' | 'helo' | 'mail' | 'rcpt' | 'data' | 'unknown' | 'header' | 'eoh' | 'body'

/** What one side of the negotiation wants, computed from the handlers. */
export interface NegotiationWish {
  readonly actions: readonly MilterAction[]
  /** Steps that must be sent. */
  readonly seen: ReadonlySet<Step>
  /** Steps whose reply may be other than "continue". */
  readonly answered: ReadonlySet<Step>
  readonly rejectedRecipients: boolean
  readonly macros: MacroRequest | undefined
}

/** What holds on a connection after both sides have spoken. */
export interface Negotiated {
  readonly version: number
  readonly actions: number
  readonly protocol: number
  readonly macros: MacroRequest | undefined
}

const OUR_VERSION = 6
const OLDEST_VERSION = 2
/** Bits an MTA of version 1 means when it offers 0. */
const VERSION_1_ACTIONS = 0x0f
const VERSION_1_PROTOCOL = 0x3f

/** NOSEND and NOREPLY bit of each step. */
const STEP_BITS: Readonly<Record<Step, readonly [noSend: number, noReply: number]>> = {
  connect: [PROTOCOL.NOCONNECT, PROTOCOL.NR_CONN],
  helo: [PROTOCOL.NOHELO, PROTOCOL.NR_HELO],
  mail: [PROTOCOL.NOMAIL, PROTOCOL.NR_MAIL],
  rcpt: [PROTOCOL.NORCPT, PROTOCOL.NR_RCPT],
  data: [PROTOCOL.NODATA, PROTOCOL.NR_DATA],
  unknown: [PROTOCOL.NOUNKNOWN, PROTOCOL.NR_UNKN],
  header: [PROTOCOL.NOHDRS, PROTOCOL.NR_HDR],
  eoh: [PROTOCOL.NOEOH, PROTOCOL.NR_EOH],
  body: [PROTOCOL.NOBODY, PROTOCOL.NR_BODY],
}

const STEPS = Object.keys(STEP_BITS) as readonly Step[]

/**
 * Chooses version, actions and protocol bits: nothing that was not offered, nothing that is not
 * wanted.
 *
 * On TCP the reply to DATA is always kept. Postfix hands its socket from smtpd to cleanup there;
 * with no reply to any step before it, the small write at the hand-over waits for our delayed
 * acknowledgement, some 40 ms a message (seen with Postfix 3.7.11).
 *
 * Throws  ERR_MILTER_PROTOCOL for an MTA older than version 2.
 */
export function negotiate(
  offer: OptionOffer,
  wish: NegotiationWish,
  transport: 'unix' | 'tcp',
): Negotiated {
  if (offer.version < OLDEST_VERSION) {
    throw new MilterError('ERR_MILTER_PROTOCOL', `version ${offer.version} is not supported`)
  }
  const offeredActions = offer.actions || VERSION_1_ACTIONS
  const offeredProtocol = offer.protocol || VERSION_1_PROTOCOL
  let actions = 0
  for (const action of wish.actions) actions |= ACTIONS[action]
  if (wish.macros !== undefined) actions |= ACTIONS['request-macros']
  actions &= offeredActions
  const protocol = wantedProtocol(wish, transport) & offeredProtocol
  return Object.freeze({
    version: Math.min(OUR_VERSION, offer.version),
    actions,
    protocol,
    macros: (actions & ACTIONS['request-macros']) === 0 ? undefined : wish.macros,
  })
}

function wantedProtocol(wish: NegotiationWish, transport: 'unix' | 'tcp'): number {
  let bits: number = PROTOCOL.HDR_LEADSPC | PROTOCOL.SKIP
  if (wish.rejectedRecipients) bits |= PROTOCOL.RCPT_REJ
  for (const step of STEPS) {
    const [noSend, noReply] = STEP_BITS[step]
    if (step === 'data' && transport === 'tcp') continue
    if (!wish.seen.has(step)) bits |= noSend
    if (!wish.answered.has(step)) bits |= noReply
  }
  return bits
}

/** Version from which on the steps are known that the first ones lack. */
const SINCE: Partial<Record<Step, number>> = { unknown: 3, data: 4 }

/** True when the MTA sends `step`. */
export function isSent(negotiated: Negotiated, step: Step): boolean {
  const isKnown = negotiated.version >= (SINCE[step] ?? OLDEST_VERSION)
  return isKnown && (negotiated.protocol & STEP_BITS[step][0]) === 0
}

/** True when the MTA waits for a reply to `step`. */
export function isAnswered(negotiated: Negotiated, step: Step): boolean {
  return (negotiated.protocol & STEP_BITS[step][1]) === 0
}

/**
 * The `O` packet of either side.
 *
 * Shape   version, actions, protocol as 32-bit numbers; then for each stage its number and a
 *         string of macro names. Once one list is sent Postfix empties all others, so the lists
 *         that were not asked for go out with their usual content.
 */
export function encodeNegotiated(negotiated: Negotiated): Buffer {
  const numbers = Buffer.allocUnsafe(12)
  numbers.writeUInt32BE(negotiated.version, 0)
  numbers.writeUInt32BE(negotiated.actions, 4)
  numbers.writeUInt32BE(negotiated.protocol, 8)
  const { macros } = negotiated
  if (macros === undefined) return encodePacket(SMFIC.OPTNEG, numbers)
  const lists = (Object.keys(MACRO_STAGES) as MacroStage[]).map(stage => {
    const names = macros[stage] ?? USUAL_MACROS[stage]
    return `\0\0\0${String.fromCharCode(MACRO_STAGES[stage])}${names.join(' ')}\0`
  })
  return encodePacket(SMFIC.OPTNEG, numbers, ...lists)
}

/** Throws ERR_MILTER_PROTOCOL when the payload is too short. */
export function parseOptionOffer(data: Buffer): OptionOffer {
  if (data.length < 12) {
    throw new MilterError('ERR_MILTER_PROTOCOL', 'OPTNEG is shorter than 12 bytes')
  }
  return Object.freeze({
    version: data.readUInt32BE(0),
    actions: data.readUInt32BE(4),
    protocol: data.readUInt32BE(8),
  })
}

/**
 * The macro lists at the end of a filter's `O`.
 *
 * Throws  ERR_MILTER_PROTOCOL for an unknown stage or a list without its NUL.
 */
export function parseMacroRequest(data: Buffer): MacroRequest | undefined {
  const lists: Partial<Record<MacroStage, readonly string[]>> = {}
  if (data.length === 12) return undefined
  for (let at = 12; at < data.length;) {
    const nul = data.indexOf(0, at + 4)
    const number = nul < 0 ? -1 : data.readUInt32BE(at)
    const stage = Object.entries(MACRO_STAGES).find(([, known]) => known === number)?.[0]
    if (stage === undefined) {
      throw new MilterError('ERR_MILTER_PROTOCOL', 'the macro request is malformed')
    }
    const names = data.toString('latin1', at + 4, nul)
    lists[stage as MacroStage] = names.split(/[ ,]+/).filter(name => name !== '')
    at = nul + 1
  }
  return lists
}
