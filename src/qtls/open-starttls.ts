import { connect, type Socket } from 'node:net'
import { extensionsIn, starttlsOffer } from './extensions.js'
import type { ConnectionEnd, ConnectionFacts, Phase } from './facts.js'
import { LineChannel, type Heard } from './line-channel.js'
import { outsideText } from './outside-text.js'
import type { SmtpOptions, SmtpTarget } from './smtp-limits.js'
import type { SmtpReply } from './smtp-reply.js'

/** How far a connection came that was to be ready for TLS. */
export type Opening = OpeningFacts &
  (
    | { readonly kind: 'ready'; readonly socket: Socket }
    | { readonly kind: 'ended'; readonly end: ConnectionEnd; readonly phase: Phase }
  )

interface OpeningFacts {
  readonly reply: ConnectionFacts['reply']
  readonly extensions: readonly string[]
}

/** Sent in the clear behind STARTTLS, by whoever wants to know what becomes of it. */
export const INJECTED = 'NOOP\r\n'

/**
 * Connects to a mail server and asks for TLS.
 *
 * Shape   with `inject`, NOOP stands in the clear behind STARTTLS, where nothing may stand
 * Gives   the socket on which the handshake is to begin, paused and with nothing read from it; or
 *         where and why it ended
 * Source  RFC 5321, sections 3.1, 4.1.1.1; RFC 3207, section 4
 */
export async function openStarttls(
  target: SmtpTarget,
  options: SmtpOptions,
  signal: AbortSignal,
  inject = false,
): Promise<Opening> {
  const { heloName, limits } = options
  const socket = await open(target, limits.connectMs, signal)
  if (typeof socket === 'string')
    return { kind: 'ended', end: socket, phase: 'tcp', reply: undefined, extensions: [] }
  const channel = new LineChannel(socket)
  let extensions: readonly string[] = []
  const ended = (end: ConnectionEnd, phase: Phase, heard?: Heard): Opening => {
    // Who can still be told is told.
    if (socket.writable) socket.end('QUIT\r\n')
    socket.destroySoon()
    return { kind: 'ended', end, phase, reply: shown(heard), extensions }
  }
  const banner = await channel.hear(limits.bannerMs, signal)
  const noBanner = endOf(banner)
  if (noBanner !== undefined) return ended(noBanner, 'banner', banner)
  channel.send(`EHLO ${heloName}\r\n`)
  const ehlo = await channel.hear(limits.commandMs, signal)
  if (isUnknownCommand(ehlo)) return ended('no-starttls', 'ehlo', ehlo)
  const noEhlo = endOf(ehlo)
  if (noEhlo !== undefined) return ended(noEhlo, 'ehlo', ehlo)
  extensions = typeof ehlo === 'string' ? [] : extensionsIn(ehlo)
  const offer = starttlsOffer(extensions)
  if (offer !== 'offered')
    return ended(offer === 'stripped' ? 'starttls-stripped' : 'no-starttls', 'ehlo', ehlo)
  channel.send(`STARTTLS\r\n${inject ? INJECTED : ''}`)
  const answer = await channel.hear(limits.commandMs, signal)
  const noAnswer = endOf(answer)
  if (noAnswer !== undefined) return ended(noAnswer, 'starttls', answer)
  // Somebody has slipped in what we were to take for part of the protected dialogue.
  if (channel.rest.length > 0) return ended('protocol-error', 'starttls', answer)
  return { kind: 'ready', socket, reply: shown(answer), extensions }
}

function open(
  { ip, port }: SmtpTarget,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Socket | 'timeout' | 'refused' | 'unreachable'> {
  if (signal.aborted) return Promise.resolve('timeout')
  return new Promise(done => {
    const socket = connect({ host: ip, port, noDelay: true })
    const end = (result: Socket | 'timeout' | 'refused' | 'unreachable'): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', late)
      socket.off('error', fail)
      if (typeof result === 'string') socket.on('error', () => undefined).destroy()
      done(result)
    }
    const late = (): void => end('timeout')
    const fail = ({ code }: NodeJS.ErrnoException): void => {
      if (code === 'ETIMEDOUT') end('timeout')
      else end(code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'refused' : 'unreachable')
    }
    const timer = setTimeout(late, timeoutMs)
    signal.addEventListener('abort', late)
    socket.once('error', fail)
    socket.once('connect', () => end(socket))
  })
}

/** Gives   undefined for a positive answer. */
function endOf(heard: Heard): ConnectionEnd | undefined {
  if (heard === 'timeout' || heard === 'closed') return heard
  if (typeof heard === 'string') return 'protocol-error'
  if (heard.code < 300) return undefined
  if (heard.code < 400) return 'protocol-error'
  return heard.code < 500 ? 'smtp-4xx' : 'smtp-5xx'
}

/** A server of before 1995 knows no EHLO, hence no STARTTLS; any other refusal means us. */
function isUnknownCommand(heard: Heard): boolean {
  return typeof heard !== 'string' && [500, 502, 504].includes(heard.code)
}

function shown(heard: Heard | undefined): ConnectionFacts['reply'] {
  if (heard === undefined || typeof heard === 'string') return undefined
  const { code, lines }: SmtpReply = heard
  return { code, text: outsideText(lines.slice(0, 3).join(' ')) }
}
