import { MilterError } from './milter-error.js'
import { SMFIR, encodePacket } from './wire.js'

/** Goes on with the message; at end of message: lets it pass with the edits. */
export interface ContinueReply {
  readonly kind: 'continue'
}
/** Lets the message pass with the edits (connect, helo: the whole connection), asking no more. */
export interface AcceptReply {
  readonly kind: 'accept'
}
/** Takes the message and drops it silently. */
export interface DiscardReply {
  readonly kind: 'discard'
}
/** 451 4.7.1, or 550 5.7.1, in the MTA's words. */
export interface RefusalReply {
  readonly kind: 'tempfail' | 'reject'
}
/** No more body chunks of this message. */
export interface SkipReply {
  readonly kind: 'skip'
}
/** A refusal in our words: `code` 4xx or 5xx. */
export interface CodeReply {
  readonly kind: 'code'
  readonly code: number
  readonly enhanced: string
  readonly lines: readonly string[]
}

/** Answer to any step before end of message. A refusal at rcpt is for that recipient alone. */
export type StageReply = ContinueReply | AcceptReply | DiscardReply | RefusalReply | CodeReply
/** Answer to a body chunk of `streamBody`. */
export type BodyReply = StageReply | SkipReply
/** Answer at end of message. */
export type FinalReply = StageReply
export type Reply = BodyReply

/** The replies without parameters. */
export const replies = Object.freeze({
  continue: Object.freeze<ContinueReply>({ kind: 'continue' }),
  accept: Object.freeze<AcceptReply>({ kind: 'accept' }),
  discard: Object.freeze<DiscardReply>({ kind: 'discard' }),
  tempfail: Object.freeze<RefusalReply>({ kind: 'tempfail' }),
  reject: Object.freeze<RefusalReply>({ kind: 'reject' }),
  skip: Object.freeze<SkipReply>({ kind: 'skip' }),
})

/** Limits of libmilter's smfi_setmlreply. */
const MAX_LINES = 32
const MAX_LINE_BYTES = 980

/**
 * A refusal with code, enhanced status code and text.
 *
 * Throws  ERR_MILTER_REPLY unless the code is 4xx or 5xx, the enhanced code (RFC 3463) has the
 *         same class, and the text is 1 to 32 lines of printable ASCII.
 */
export function replyCode(
  code: number,
  enhanced: string,
  lines: string | readonly string[],
): CodeReply {
  const list = typeof lines === 'string' ? [lines] : [...lines]
  if (!Number.isInteger(code) || code < 400 || code > 599) throw unusable('code is not 4xx or 5xx')
  if (!/^[45]\.\d{1,3}\.\d{1,3}$/.test(enhanced)) throw unusable('enhanced code is malformed')
  if (enhanced[0] !== String(code)[0]) throw unusable('code and enhanced code differ in class')
  if (list.length === 0 || list.length > MAX_LINES) throw unusable(`not 1 to ${MAX_LINES} lines`)
  for (const line of list) {
    if (!/^[\x20-\x7e]*$/.test(line)) throw unusable('text is not printable ASCII')
    if (line.length > MAX_LINE_BYTES) throw unusable(`line longer than ${MAX_LINE_BYTES}`)
  }
  return Object.freeze({ kind: 'code', code, enhanced, lines: Object.freeze(list) })
}

const BARE_REPLIES: Readonly<Record<Exclude<Reply['kind'], 'code'>, Buffer>> = {
  continue: encodePacket(SMFIR.CONTINUE),
  accept: encodePacket(SMFIR.ACCEPT),
  discard: encodePacket(SMFIR.DISCARD),
  tempfail: encodePacket(SMFIR.TEMPFAIL),
  reject: encodePacket(SMFIR.REJECT),
  skip: encodePacket(SMFIR.SKIP),
}

/** Tells the MTA that the answer takes longer (SMFIR_PROGRESS): its read time starts again. */
export const PROGRESS_PACKET = encodePacket(SMFIR.PROGRESS)

/**
 * The packet of a reply.
 *
 * Shape   for a code: `NNN-X.Y.Z text` lines joined with CRLF, a space instead of the hyphen in the
 *         last, one NUL. `%` is doubled: sendmail reads the text as a format.
 */
export function encodeReply(reply: Reply): Buffer {
  if (reply.kind !== 'code') return BARE_REPLIES[reply.kind]
  const { code, enhanced, lines } = reply
  const text = lines.map((line, index) => {
    const mark = index === lines.length - 1 ? ' ' : '-'
    return `${code}${mark}${enhanced} ${line.replaceAll('%', '%%')}`
  })
  return encodePacket(SMFIR.REPLYCODE, text.join('\r\n'), '\0')
}

/**
 * Checks a value that a handler gave back, as one would check the network.
 *
 * Gives   the reply, or undefined when it is none or may not be given at this point.
 */
export function checkReply(value: unknown, allowed: ReadonlySet<Reply['kind']>): Reply | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined
  const reply = value as Reply
  if (!allowed.has(reply.kind)) return undefined
  if (reply.kind !== 'code') return reply
  return replyCode(reply.code, reply.enhanced, reply.lines)
}

function unusable(why: string): MilterError {
  return new MilterError('ERR_MILTER_REPLY', `reply refused: ${why}`)
}
