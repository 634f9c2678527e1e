import type { SecureContext, TLSSocket } from 'node:tls'
import type { AuditFacts, ConnectionFacts, SessionFacts } from './facts.js'
import { LineChannel } from './line-channel.js'
import { openStarttls, type Opening } from './open-starttls.js'
import type { ServerAuditor } from './server-auditor.js'
import type { SmtpOptions, SmtpTarget } from './smtp-limits.js'
import { shakeHands, type BareSession, type Handshake } from './tls-session.js'

export interface AddressProbeOptions {
  readonly smtp: SmtpOptions
  /** What the lane `qtls` offers, and what the lane `tls` does. */
  readonly offers: { readonly qtls: SecureContext; readonly tls: SecureContext }
  /** Trust and revocation of a chain that was seen. */
  readonly complete: (session: BareSession, signal: AbortSignal) => Promise<SessionFacts>
  readonly auditor: ServerAuditor | undefined
  /** A command in the clear behind STARTTLS shows whether the server takes it for a protected one. */
  readonly testInjection: boolean
  readonly isDeep: boolean
  readonly now: () => number
}

/** What one connection came to, as long as it may be used for what comes next. */
type Attempt =
  | { readonly opening: Opening & { kind: 'ended' }; readonly handshake: undefined }
  | { readonly opening: Opening & { kind: 'ready' }; readonly handshake: Handshake }

const INJECTION_ANSWER_MS = 5_000

/**
 * Finds out how one address of a mail server protects mail: by one connection, and where that one
 * has no session by few more.
 *
 * Shape   `serverName` goes into the handshake; undefined: none, as Postfix does without DANE
 */
export async function probeAddress(
  target: SmtpTarget,
  serverName: string | undefined,
  options: AddressProbeOptions,
  signal: AbortSignal,
): Promise<ConnectionFacts> {
  const at = options.now()
  const begun = performance.now()
  const { qtls, tls } = options.offers
  const attempt = (offer: SecureContext, inject = false): Promise<Attempt> =>
    attemptTls(target, { offer, serverName, inject }, options, signal)
  let first = await attempt(qtls, options.testInjection)
  let takesInjection = false
  if (options.testInjection && isPerhapsOurFault(first)) first = await attempt(qtls)
  else if (options.testInjection && first.handshake?.kind === 'session')
    takesInjection = await answersInjected(first.handshake.socket, signal)
  const { opening } = first
  const facts = (more: Partial<ConnectionFacts>): ConnectionFacts => ({
    ip: target.ip,
    at,
    ms: Math.round(performance.now() - begun),
    end: 'tls',
    phase: 'done',
    reply: opening.reply,
    extensions: opening.extensions,
    takesInjection,
    session: undefined,
    widerSession: undefined,
    tlsFailure: undefined,
    audit: undefined,
    ...more,
  })
  if (first.handshake === undefined)
    return facts({ end: first.opening.end, phase: first.opening.phase })
  const audit = (kind: 'explain' | 'deep'): Promise<AuditFacts | undefined> =>
    auditOf(kind, target, options, signal)
  if (first.handshake.kind === 'session') {
    endSession(first.handshake.socket)
    const session = await options.complete(first.handshake.session, signal)
    return facts({ session, audit: options.isDeep ? await audit('deep') : undefined })
  }
  const { kind, failure: tlsFailure } = first.handshake
  if (kind === 'timeout') return facts({ end: 'timeout', phase: 'handshake', tlsFailure })
  const wider = await attempt(tls)
  let widerSession: SessionFacts | undefined
  if (wider.handshake?.kind === 'session') {
    endSession(wider.handshake.socket)
    widerSession = await options.complete(wider.handshake.session, signal)
  }
  const ended = endOf(kind, wider, widerSession !== undefined)
  return facts({
    ...ended,
    tlsFailure,
    widerSession,
    audit:
      ended.end === 'handshake-failed'
        ? await audit(options.isDeep ? 'deep' : 'explain')
        : undefined,
  })
}

/**
 * How a server without a session by the first offer came out. One that lets nobody in a second time,
 * or falls silent, has not said that it has no TLS.
 */
function endOf(
  first: 'failed' | 'closed',
  wider: Attempt,
  hasSession: boolean,
): Pick<ConnectionFacts, 'end' | 'phase'> & Partial<Pick<ConnectionFacts, 'reply'>> {
  if (wider.handshake === undefined) {
    const { end, phase, reply } = wider.opening
    return { end, phase, reply }
  }
  const { kind } = wider.handshake
  const phase = 'handshake'
  if (hasSession || kind === 'failed') return { end: 'handshake-failed', phase }
  if (kind === 'timeout') return { end: 'timeout', phase }
  return { end: first === 'closed' ? 'closed' : 'handshake-failed', phase }
}

async function attemptTls(
  target: SmtpTarget,
  tls: { offer: SecureContext; serverName: string | undefined; inject: boolean },
  { smtp }: AddressProbeOptions,
  signal: AbortSignal,
): Promise<Attempt> {
  const opening = await openStarttls(target, smtp, signal, tls.inject)
  if (opening.kind === 'ended') return { opening, handshake: undefined }
  const { offer, serverName } = tls
  const timeoutMs = smtp.limits.handshakeMs
  const handshake = await shakeHands(opening.socket, { offer, serverName, timeoutMs }, signal)
  return { opening, handshake }
}

/**
 * What was sent behind STARTTLS may be why a server that is in order went no further. An alert that
 * says there is nothing in common came after the server had understood the handshake.
 */
function isPerhapsOurFault({ opening, handshake }: Attempt): boolean {
  if (handshake === undefined) return opening.kind === 'ended' && opening.phase === 'starttls'
  if (handshake.kind === 'session') return false
  return !/handshake[_ ]failure/i.test(handshake.failure)
}

/**
 * Whether the first thing that is said within TLS answers what was sent before it.
 *
 * Source  CVE-2011-0411 and its kin: a server has to forget what came in the clear behind STARTTLS
 */
async function answersInjected(socket: TLSSocket, signal: AbortSignal): Promise<boolean> {
  const channel = new LineChannel(socket)
  channel.send('QUIT\r\n')
  const heard = await channel.hear(INJECTION_ANSWER_MS, signal)
  return typeof heard !== 'string' && heard.code === 250
}

function endSession(socket: TLSSocket): void {
  if (socket.writable) socket.end('QUIT\r\n')
  socket.destroySoon()
}

async function auditOf(
  kind: 'explain' | 'deep',
  target: SmtpTarget,
  { auditor, smtp }: AddressProbeOptions,
  signal: AbortSignal,
): Promise<AuditFacts | undefined> {
  if (auditor === undefined) return undefined
  return auditor[kind](async auditSignal => {
    const opening = await openStarttls(target, smtp, AbortSignal.any([signal, auditSignal]))
    return opening.kind === 'ready' ? opening.socket : undefined
  }, signal)
}
